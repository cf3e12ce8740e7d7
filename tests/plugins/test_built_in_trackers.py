"""TensorBoard and MLflow can read what the built-in trackers write."""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convlab import Experiment, PluginHost, Tracker, resume
from convlab.inspect.checks.trackers.tracker_subject import EPOCHS, new_run
from convlab.testing import TinyTask, parametrize_with_checks

TRAIN = {"epochs": 2, "compile": "off", "schedule": "constant", "warmup": 0.0}
BUILT_INS = PluginHost(third_party=False)


@parametrize_with_checks("tensorboard", host=BUILT_INS)
def test_the_tensorboard_tracker_passes_every_check(check: Callable[[], None]) -> None:
    check()


def read_scalars(folder: Path) -> dict[str, dict[int, float]]:
    """Return the scalars that TensorBoard shows, by tag and step, and check that each step appears once."""
    event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = event_accumulator.EventAccumulator(str(folder)).Reload()
    scalars = {
        tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]
    }
    assert all(len(dict(steps)) == len(steps) for steps in scalars.values()), "an epoch appears twice"
    return {tag: dict(steps) for tag, steps in scalars.items()}


def by_epoch(records: list[dict[str, Any]], name: str) -> dict[int, Any]:
    return {record["epoch"]: pytest.approx(record[name]) for record in records}


def test_tensorboard_shows_each_epoch_once_even_after_a_resume(
    tiny_task: TinyTask,
) -> None:
    pytest.importorskip("tensorboard")
    result = tiny_task.run(architecture="mlp", trackers=["tensorboard"], train=TRAIN)
    folder = result.folder / "tensorboard"
    assert read_scalars(folder)["test/accuracy"] == {2: pytest.approx(result.test["accuracy"])}
    longer = resume(result.folder, train={"epochs": 3}, host=tiny_task.host, progress=False)
    shown = read_scalars(folder)
    assert shown["train/loss"] == by_epoch(longer.epochs, "loss")
    assert shown["validation/accuracy"] == by_epoch(longer.epochs, "val_accuracy")
    assert shown["speed/seconds"] == by_epoch(longer.epochs, "seconds")
    assert shown["test/accuracy"][3] == pytest.approx(longer.test["accuracy"])


@pytest.mark.parametrize("clock", [time.time, lambda: 1.8e9, itertools.count(1.8e9, -5).__next__])
def test_tensorboard_shows_the_latest_result_of_an_epoch_that_ran_twice(
    clock: Callable[[], float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboard")
    monkeypatch.setattr(time, "time", clock)  # a resume in the same second, or after the clock was set back
    start = BUILT_INS.find(Tracker, "tensorboard").part.start
    run = replace(new_run(tmp_path), tracker="tensorboard")
    (tmp_path / "experiment.toml").write_text(Experiment().to_toml(), encoding="utf-8")
    killed = start(run, None)
    for record in EPOCHS:  # then the process is killed
        killed.on_epoch_end(record["epoch"], record)
    records = [*EPOCHS[:1], EPOCHS[1] | {"loss": 7.0}]  # the second ran again and is in the checkpoint
    resumed = start(replace(run, resumed=True, epoch=2, records=records[:1]), None)
    resumed.on_epoch_end(2, records[1])
    resumed.on_failure("interrupted", "asked to stop")
    assert read_scalars(tmp_path / "tensorboard")["train/loss"] == {1: 1.0, 2: 7.0}
    start(replace(run, resumed=True, epoch=4, records=[*records, EPOCHS[2]]), None).on_failure(
        "failed", "no space"
    )
    assert read_scalars(tmp_path / "tensorboard")["train/loss"] == {1: 1.0, 2: 7.0, 3: pytest.approx(1 / 3)}


@pytest.mark.slow
def test_a_run_and_its_resumption_log_settings_metrics_and_files_to_the_same_mlflow_run(
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
    [mlflow_run] = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    saved = json.loads((first.folder / "trackers" / "mlflow.json").read_text(encoding="utf-8"))
    assert (mlflow_run.info.run_id, mlflow_run.info.status) == (saved["run_id"], "FINISHED")
    assert mlflow_run.info.run_name == first.folder.name
    assert mlflow_run.data.params["train.epochs"] == "2"
    assert mlflow_run.data.params["optimizer.beta_1"] == "0.9"
    assert json.loads(mlflow_run.data.tags["convlab.changed"]) == {"train.epochs": "3"}
    assert mlflow_run.data.tags["convlab.run"] == str(first.folder.resolve())
    assert mlflow_run.data.metrics["test_accuracy"] == pytest.approx(longer.test["accuracy"])
    for name in ("loss", "val_accuracy", "seconds"):
        history = [
            (metric.step, metric.value) for metric in client.get_metric_history(mlflow_run.info.run_id, name)
        ]
        assert sorted(history) == [(record["epoch"], pytest.approx(record[name])) for record in longer.epochs]
    files = {file.path for file in client.list_artifacts(mlflow_run.info.run_id)}
    assert files == {"experiment.toml", "summary.json"}
