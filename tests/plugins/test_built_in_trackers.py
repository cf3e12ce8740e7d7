"""What the built-in trackers keep is read back by the tools that it is for."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convlab import Experiment, PluginHost, Tracker, resume
from convlab.inspect.checks.trackers.subject import EPOCHS, new_run
from convlab.testing import TinyTask, parametrize_with_checks

TRAIN = {"epochs": 2, "compile": "off", "schedule": "constant", "warmup": 0.0}
BUILT_INS = PluginHost(third_party=False)


@parametrize_with_checks("tensorboard", host=BUILT_INS)
def test_a_built_in_passes_every_check(check: Callable[[], None]) -> None:
    check()


def scalars(folder: Path) -> dict[str, dict[int, float]]:
    """Return what TensorBoard shows, by tag and step; each step once."""
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = reading.EventAccumulator(str(folder)).Reload()
    shown = {
        tag: [(event.step, event.value) for event in found.Scalars(tag)] for tag in found.Tags()["scalars"]
    }
    assert all(len(dict(events)) == len(events) for events in shown.values()), "an epoch is there twice"
    return {tag: dict(events) for tag, events in shown.items()}


def by_epoch(records: list[dict[str, Any]], name: str) -> dict[int, Any]:
    return {record["epoch"]: pytest.approx(record[name]) for record in records}


def test_tensorboard_finds_each_epoch_once_in_the_runs_folder_after_it_was_gone_on_with_too(
    tiny_task: TinyTask,
) -> None:
    pytest.importorskip("tensorboard")
    result = tiny_task.run(architecture="mlp", trackers=["tensorboard"], train=TRAIN)
    folder = result.folder / "tensorboard"
    assert scalars(folder)["test/accuracy"] == {2: pytest.approx(result.test["accuracy"])}
    on = resume(result.folder, train={"epochs": 3}, host=tiny_task.host, progress=False)
    shown = scalars(folder)
    assert shown["train/loss"] == by_epoch(on.epochs, "loss")
    assert shown["validation/accuracy"] == by_epoch(on.epochs, "val_accuracy")
    assert shown["speed/seconds"] == by_epoch(on.epochs, "seconds")
    assert shown["test/accuracy"][3] == pytest.approx(on.test["accuracy"])


def test_tensorboard_shows_an_epoch_that_was_run_again_as_it_was_the_last_time(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    start = BUILT_INS.find(Tracker, "tensorboard").part.start
    run = replace(new_run(tmp_path), tracker="tensorboard")
    (tmp_path / "experiment.toml").write_text(Experiment().to_toml(), encoding="utf-8")
    first = start(run, None)
    for record in EPOCHS:  # and then the process is killed
        first.epoch_ended(record)
    known = [*EPOCHS[:1], EPOCHS[1] | {"loss": 7.0}]  # the second was trained again, and is in the checkpoint
    again = start(replace(run, resumed=True, epoch=2, records=known[:1]), None)
    again.epoch_ended(known[1])
    again.stopped("interrupted", "asked to end")
    assert scalars(tmp_path / "tensorboard")["train/loss"] == {1: 1.0, 2: 7.0}
    start(replace(run, resumed=True, epoch=4, records=[*known, EPOCHS[2]]), None).stopped(
        "failed", "no space"
    )
    assert scalars(tmp_path / "tensorboard")["train/loss"] == {1: 1.0, 2: 7.0, 3: pytest.approx(1 / 3)}


def test_mlflow_keeps_settings_figures_and_files_and_a_resumed_run_goes_on_in_the_same_one(
    tiny_task: TinyTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip("mlflow")
    pytest.importorskip("sqlalchemy")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///store.db")
    first = tiny_task.run(
        architecture="mlp",
        trackers=["mlflow"],
        tracker_options={"mlflow": {"experiment": "tiny"}},
        train=TRAIN,
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    on = resume(first.folder, train={"epochs": 3}, host=tiny_task.host, progress=False)
    assert not list(Path().iterdir())

    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'store.db'}")
    [kept] = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    remembered = json.loads((first.folder / "trackers" / "mlflow.json").read_text(encoding="utf-8"))
    assert (kept.info.run_id, kept.info.status) == (remembered["run_id"], "FINISHED")
    assert kept.info.run_name == first.folder.name
    assert kept.data.params["train.epochs"] == "2"
    assert kept.data.params["optimizer.beta_1"] == "0.9"
    assert json.loads(kept.data.tags["convlab.changed"]) == {"train.epochs": "3"}
    assert kept.data.tags["convlab.run"] == str(first.folder.resolve())
    assert kept.data.metrics["test_accuracy"] == pytest.approx(on.test["accuracy"])
    for name in ("loss", "val_accuracy", "seconds"):
        history = [
            (metric.step, metric.value) for metric in client.get_metric_history(kept.info.run_id, name)
        ]
        assert sorted(history) == [(record["epoch"], pytest.approx(record[name])) for record in on.epochs]
    files = {file.path for file in client.list_artifacts(kept.info.run_id)}
    assert files == {"experiment.toml", "summary.json"}
