"""Run folders of version 0.1 can be listed, shown, evaluated, predicted with and resumed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convlab import (
    ConfigError,
    DataSettings,
    Experiment,
    PluginHost,
    TrainSettings,
    describe_run,
    evaluate,
    list_runs,
    open_run,
    predict,
    resume,
    run,
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run whose files have the names of version 0.1."""
    folder = run(
        Experiment(
            architecture="mlp",
            schedule="constant",
            data=DataSettings(exclude=(9,)),
            train=TrainSettings(epochs=1, restore_best=True, warmup=0.0),
        ),
        host=PluginHost(third_party=False),
        runs_dir=tmp_path_factory.mktemp("runs"),
        name="earlier",
        progress=False,
    ).folder
    toml = (folder / "experiment.toml").read_text(encoding="utf-8")
    for current, earlier in (
        ("exclude = ", "without = "),
        ("restore_best = true", 'keep = "best"'),
        ('schedule = "constant"\n', ""),
        ("[schedule_options]\n", ""),
        ("warmup = 0.0", 'warmup = 0.0\nschedule = "constant"'),
    ):
        assert current in toml
        toml = toml.replace(current, earlier)
    (folder / "experiment.toml").write_text(toml, encoding="utf-8")

    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    summary["ended"], summary["kept"] = summary.pop("stop_reason"), summary.pop("selected_epoch")
    summary["experiment"]["data"]["without"] = summary["experiment"]["data"].pop("exclude")
    summary["experiment"]["train"]["keep"] = "best"
    del summary["experiment"]["train"]["restore_best"]
    summary["experiment"]["train"]["schedule"] = summary["experiment"].pop("schedule")
    del summary["experiment"]["schedule_options"]
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")

    environment = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
    environment["plugins"] = [each for each in environment["plugins"] if each["kind"] != "schedule"]
    (folder / "environment.json").write_text(json.dumps(environment), encoding="utf-8")
    return folder


@pytest.fixture
def earlier_run(finished: Path, tmp_path: Path) -> Path:
    """A copy of it, alone in its folder."""
    return Path(shutil.copytree(finished, tmp_path / "earlier"))


def test_it_is_listed_and_shown(earlier_run: Path) -> None:
    (listed,) = list_runs(earlier_run.parent)
    assert (listed.state, listed.epochs) == ("finished", 1)
    described = describe_run(earlier_run)
    assert described["damage"] == []
    assert described["changed"]["data.exclude"] == (9,)
    assert described["changed"]["train.restore_best"] is True
    assert described["parts"]["schedule"] == "constant"


def test_its_summary_has_the_current_names(earlier_run: Path) -> None:
    summary = open_run(earlier_run).summary()
    assert (summary["stop_reason"], summary["selected_epoch"]) == ("epochs", 1)
    assert {"ended", "kept"}.isdisjoint(summary)


def test_it_is_evaluated_and_predicts(earlier_run: Path, tmp_path: Path) -> None:
    evaluation = evaluate(earlier_run)
    assert evaluation.metrics == open_run(earlier_run).summary()["test"]
    assert len(evaluation.classes) == 9
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "image.png")
    (prediction,) = predict(earlier_run, [tmp_path / "image.png"], top=9).predictions
    assert {each.name for each in prediction.classes} == set("012345678")


def test_it_is_resumed(earlier_run: Path) -> None:
    with pytest.raises(ConfigError, match=r"already finished \(epochs = 1\); pass a larger `train.epochs`"):
        resume(earlier_run, progress=False)
    resumed = resume(earlier_run, train={"epochs": 2}, progress=False)
    assert len(resumed.epochs) == 2
    assert resumed.resumed == [{"epoch": 2, "step": 0, "changed": {"epochs": 2}}]
    assert resumed.experiment.train.restore_best
    assert resumed.experiment.schedule == "constant"
    assert "restore_best = true" in (earlier_run / "experiment.toml").read_text(encoding="utf-8")
