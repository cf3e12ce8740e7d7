"""What the built-in trackers write is read back by the tools it is for."""

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


def test_tensorboard_finds_each_epoch_once_even_after_a_resume(
    tiny_task: TinyTask,
) -> None:
    pytest.importorskip("tensorboard")
    result = tiny_task.run(architecture="mlp", trackers=["tensorboard"], train=TRAIN)
    folder = result.folder / "tensorboard"
    assert scalars(folder)["test/accuracy"] == {2: pytest.approx(result.test["accuracy"])}
    longer = resume(result.folder, train={"epochs": 3}, host=tiny_task.host, progress=False)
    shown = scalars(folder)
    assert shown["train/loss"] == by_epoch(longer.epochs, "loss")
    assert shown["validation/accuracy"] == by_epoch(longer.epochs, "val_accuracy")
    assert shown["speed/seconds"] == by_epoch(longer.epochs, "seconds")
    assert shown["test/accuracy"][3] == pytest.approx(longer.test["accuracy"])


def test_tensorboard_shows_the_last_result_of_an_epoch_that_ran_twice(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    start = BUILT_INS.find(Tracker, "tensorboard").part.start
    run = replace(new_run(tmp_path), tracker="tensorboard")
    (tmp_path / "experiment.toml").write_text(Experiment().to_toml(), encoding="utf-8")
    first = start(run, None)
    for record in EPOCHS:  # and then the process is killed
        first.on_epoch_end(record["epoch"], record)
    known = [*EPOCHS[:1], EPOCHS[1] | {"loss": 7.0}]  # the second ran again, and is in the checkpoint
    again = start(replace(run, resumed=True, epoch=2, records=known[:1]), None)
    again.on_epoch_end(2, known[1])
    again.on_failure("interrupted", "asked to stop")
    assert scalars(tmp_path / "tensorboard")["train/loss"] == {1: 1.0, 2: 7.0}
    start(replace(run, resumed=True, epoch=4, records=[*known, EPOCHS[2]]), None).on_failure(
        "failed", "no space"
    )
    assert scalars(tmp_path / "tensorboard")["train/loss"] == {1: 1.0, 2: 7.0, 3: pytest.approx(1 / 3)}


def test_mlflow_has_settings_metrics_and_files_and_a_resumed_run_continues_the_same_mlflow_run(
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
    longer = resume(first.folder, train={"epochs": 3}, host=tiny_task.host, progress=False)
    assert not list(Path().iterdir())

    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'store.db'}")
    [found] = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    remembered = json.loads((first.folder / "trackers" / "mlflow.json").read_text(encoding="utf-8"))
    assert (found.info.run_id, found.info.status) == (remembered["run_id"], "FINISHED")
    assert found.info.run_name == first.folder.name
    assert found.data.params["train.epochs"] == "2"
    assert found.data.params["optimizer.beta_1"] == "0.9"
    assert json.loads(found.data.tags["convlab.changed"]) == {"train.epochs": "3"}
    assert found.data.tags["convlab.run"] == str(first.folder.resolve())
    assert found.data.metrics["test_accuracy"] == pytest.approx(longer.test["accuracy"])
    for name in ("loss", "val_accuracy", "seconds"):
        history = [
            (metric.step, metric.value) for metric in client.get_metric_history(found.info.run_id, name)
        ]
        assert sorted(history) == [(record["epoch"], pytest.approx(record[name])) for record in longer.epochs]
    files = {file.path for file in client.list_artifacts(found.info.run_id)}
    assert files == {"experiment.toml", "summary.json"}
