"""A tracker follows a run to its end, and cannot stop, change or slow it."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from convlab import (
    Callback,
    ConfigError,
    DivergedError,
    PluginError,
    PluginHost,
    RunTracker,
    Tracker,
    TrainingInfo,
    evaluate,
    hookimpl,
    resume,
)
from convlab.testing import TinyTask
from convlab.training.callbacks import trackers as waiting

QUICK = {"compile": "off", "epochs": 2, "warmup": 0.0, "schedule": "constant"}


class Notes(Callback):
    """Notes every event, and then clears what it was given."""

    def __init__(self, run: TrainingInfo, notes: list[Any]) -> None:
        notes.append(run)
        self.notes = notes

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        self.notes.append(dict(logs))
        logs.clear()  # type: ignore[attr-defined]

    def on_train_end(self, summary: Mapping[str, Any]) -> None:
        self.notes.append(("finished", summary["test"]))

    def on_failure(self, state: str, message: str) -> None:
        self.notes.append((state, message))


def register(host: PluginHost, **starts: Callable[[TrainingInfo, Any], Any]) -> None:
    @hookimpl
    def convlab_trackers() -> list[Tracker]:
        return [Tracker(name=name, summary="Of a test", start=start) for name, start in starts.items()]

    host.register(SimpleNamespace(convlab_trackers=convlab_trackers))


class Misbehaving(Callback):
    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        raise SystemExit("the service\nis gone")


def test_the_run_continues_whatever_trackers_do_and_warns_once_about_each_failure(
    tiny_task: TinyTask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(waiting.WAIT_SECONDS, "finished", 0.3)
    notes: list[Any] = []
    released = threading.Event()

    def hanging(run: TrainingInfo, options: None) -> Callback:
        released.wait()
        return Callback()

    def failing(run: TrainingInfo, options: None) -> Callback:
        raise KeyboardInterrupt

    register(
        tiny_task.host,
        notes=lambda run, options: Notes(run, notes),
        failing=failing,
        misbehaving=lambda run, options: Misbehaving(),
        nothing=lambda run, options: None,
        hanging=hanging,
    )
    names = ["hanging", "failing", "misbehaving", "nothing", "notes"]
    with caplog.at_level(logging.WARNING, "convlab"):
        result = tiny_task.run(architecture="mlp", trackers=names, train=QUICK)
    released.set()
    plain = tiny_task.run(architecture="mlp", train=QUICK)

    assert result.test == plain.test
    assert [epoch["loss"] for epoch in result.epochs] == [epoch["loss"] for epoch in plain.epochs]
    run, *records, ending = notes
    assert records == result.epochs
    assert ending == ("finished", result.test)
    assert (run.folder, run.epoch, run.resumed, list(run.records)) == (result.folder, 1, False, [])
    assert (
        run.settings() | {"train.epochs": 2, "optimizer.beta_1": 0.9, "architecture": "mlp"} == run.settings()
    )
    prefix = "the run continues without tracker 'notebook:"
    assert sorted(record.getMessage() for record in caplog.records) == [
        f"{prefix}failing', which failed: KeyboardInterrupt: no message",
        f"{prefix}misbehaving', which failed: SystemExit: the service is gone",
        f"{prefix}nothing', which failed: TypeError: start must return a Callback, got NoneType",
        "tracker 'notebook:hanging' did not finish within 0.3 seconds after the run; some of its data may be "
        "missing",
    ]


def test_a_resumed_run_tells_its_tracker_where_it_resumes_and_what_it_remembered(tiny_task: TinyTask) -> None:
    notes: list[Any] = []

    def start(run: TrainingInfo, options: None) -> Callback:
        notes.append(run.recall())
        run.remember(id="r1")
        return Notes(run, notes)

    register(tiny_task.host, notes=start)
    first = tiny_task.run(architecture="mlp", trackers=["notes"], train=QUICK)
    longer = resume(first.folder, train={"epochs": 3}, host=tiny_task.host, progress=False)
    again = notes[notes.index({"id": "r1"}) :]
    assert notes[0] == {}
    run, *records = again[1:-1]
    assert (run.epoch, run.resumed, list(run.records)) == (3, True, first.epochs)
    assert records == longer.epochs[2:]
    assert (first.folder / "trackers" / "notes.json").is_file()


def test_a_run_that_stops_early_says_why(tiny_task: TinyTask) -> None:
    notes: list[Any] = []
    register(tiny_task.host, notes=lambda run, options: Notes(run, notes))
    diverging = QUICK | {"learning_rate": 1e30}
    with pytest.raises(DivergedError) as raised:
        tiny_task.run(architecture="mlp", optimizer="sgd", trackers=["notes"], train=diverging)
    assert notes[-1] == ("failed", str(raised.value))


def test_a_tracker_without_its_package_is_refused_before_anything_is_loaded(
    tiny_task: TinyTask, tmp_path: Path
) -> None:
    @hookimpl
    def convlab_trackers() -> list[Tracker]:
        absent = Tracker(
            name="absent",
            summary="Needs a package",
            start=lambda run, options: Callback(),
            requires=("not_there_at_all",),
            install="keras-convlab[absent]",
        )
        return [absent]

    tiny_task.host.register(SimpleNamespace(convlab_trackers=convlab_trackers))
    with pytest.raises(ConfigError) as raised:
        tiny_task.run(trackers=["absent"])
    assert str(raised.value) == (
        "tracker 'absent' requires not_there_at_all, which is not installed; run: "
        "pip install 'keras-convlab[absent]', or remove the tracker"
    )
    assert not list((tmp_path / "runs").iterdir())


def test_evaluating_a_run_does_not_need_its_trackers_but_resuming_it_does(tiny_task: TinyTask) -> None:
    others = TinyTask(PluginHost(third_party=False), Path())
    register(tiny_task.host, notes=lambda run, options: Notes(run, []))
    result = tiny_task.run(architecture="mlp", trackers=["notes"], train=QUICK)
    assert evaluate(result.folder, host=others.host).metrics["accuracy"] == result.test["accuracy"]
    with pytest.raises(PluginError, match="requires the tracker 'notebook:notes'"):
        resume(result.folder, train={"epochs": 3}, host=others.host, progress=False)


def test_a_tracker_written_for_run_tracker_still_works_with_a_warning(tiny_task: TinyTask) -> None:
    notes: list[Any] = []
    with pytest.warns(DeprecationWarning, match="RunTracker is deprecated; derive from convlab"):

        class Old(RunTracker):
            def epoch_ended(self, record: Mapping[str, Any]) -> None:
                notes.append(record["epoch"])

            def finished(self, summary: Mapping[str, Any]) -> None:
                notes.append(summary["test"])

    register(tiny_task.host, old=lambda run, options: Old())
    result = tiny_task.run(architecture="mlp", trackers=["old"], train=QUICK)
    assert notes == [1, 2, result.test]
