"""A tracker follows a run to its end, and cannot end, change or hold it up."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from convlab import (
    ConfigError,
    DivergedError,
    PluginError,
    PluginHost,
    RunTracker,
    TrackedRun,
    Tracker,
    evaluate,
    hookimpl,
    resume,
)
from convlab.testing import TinyTask
from convlab.training.callbacks import trackers as waiting

QUICK = {"compile": "off", "epochs": 2, "warmup": 0.0, "schedule": "constant"}


class Notes(RunTracker):
    """Notes all that it is told, and spoils what it was given."""

    def __init__(self, run: TrackedRun, told: list[Any]) -> None:
        told.append(run)
        self.told = told

    def epoch_ended(self, record: Mapping[str, Any]) -> None:
        self.told.append(dict(record))
        record.clear()  # type: ignore[attr-defined]

    def finished(self, summary: Mapping[str, Any]) -> None:
        self.told.append(("finished", summary["test"]))

    def stopped(self, state: str, message: str) -> None:
        self.told.append((state, message))


def register(host: PluginHost, **starts: Callable[[TrackedRun, Any], Any]) -> None:
    @hookimpl
    def convlab_trackers() -> list[Tracker]:
        return [Tracker(name=name, summary="Of a test", start=start) for name, start in starts.items()]

    host.register(SimpleNamespace(convlab_trackers=convlab_trackers))


class Misbehaving(RunTracker):
    def epoch_ended(self, record: Mapping[str, Any]) -> None:
        raise SystemExit("the service\nis gone")


def test_whatever_trackers_do_the_run_goes_on_and_each_failure_is_told_once_in_a_line(
    tiny_task: TinyTask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(waiting.SECONDS_AT_THE_END, "finished", 0.3)
    told: list[Any] = []
    released = threading.Event()

    def hanging(run: TrackedRun, options: None) -> RunTracker:
        released.wait()
        return RunTracker()

    def failing(run: TrackedRun, options: None) -> RunTracker:
        raise KeyboardInterrupt

    register(
        tiny_task.host,
        notes=lambda run, options: Notes(run, told),
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
    run, *records, ending = told
    assert records == result.epochs
    assert ending == ("finished", result.test)
    assert (run.folder, run.epoch, run.resumed, list(run.records)) == (result.folder, 1, False, [])
    assert (
        run.settings() | {"train.epochs": 2, "optimizer.beta_1": 0.9, "architecture": "mlp"} == run.settings()
    )
    prefix = "warning: the run goes on without tracker 'notebook:"
    assert sorted(record.getMessage() for record in caplog.records) == [
        f"{prefix}failing', which failed: KeyboardInterrupt: no message",
        f"{prefix}misbehaving', which failed: SystemExit: the service is gone",
        f"{prefix}nothing', which failed: TypeError: start returned NoneType, which is no RunTracker",
        "warning: tracker 'notebook:hanging' was not done 0.3 seconds after the run: "
        "some of it may be missing there",
    ]


def test_a_run_that_goes_on_tells_where_and_what_was_remembered(tiny_task: TinyTask) -> None:
    told: list[Any] = []

    def start(run: TrackedRun, options: None) -> RunTracker:
        told.append(run.recall())
        run.remember(id="r1")
        return Notes(run, told)

    register(tiny_task.host, notes=start)
    first = tiny_task.run(architecture="mlp", trackers=["notes"], train=QUICK)
    on = resume(first.folder, train={"epochs": 3}, host=tiny_task.host, progress=False)
    again = told[told.index({"id": "r1"}) :]
    assert told[0] == {}
    run, *records = again[1:-1]
    assert (run.epoch, run.resumed, list(run.records)) == (3, True, first.epochs)
    assert records == on.epochs[2:]
    assert (first.folder / "trackers" / "notes.json").is_file()


def test_a_run_that_ends_early_says_why(tiny_task: TinyTask) -> None:
    told: list[Any] = []
    register(tiny_task.host, notes=lambda run, options: Notes(run, told))
    diverging = QUICK | {"learning_rate": 1e30}
    with pytest.raises(DivergedError) as raised:
        tiny_task.run(architecture="mlp", optimizer="sgd", trackers=["notes"], train=diverging)
    assert told[-1] == ("failed", str(raised.value))


def test_a_tracker_whose_package_is_missing_is_refused_before_anything_is_loaded(
    tiny_task: TinyTask, tmp_path: Path
) -> None:
    @hookimpl
    def convlab_trackers() -> list[Tracker]:
        absent = Tracker(
            name="absent",
            summary="Needs a package",
            start=lambda run, options: RunTracker(),
            requires=("not_there_at_all",),
            install="convlab[absent]",
        )
        return [absent]

    tiny_task.host.register(SimpleNamespace(convlab_trackers=convlab_trackers))
    with pytest.raises(ConfigError) as raised:
        tiny_task.run(trackers=["absent"])
    assert str(raised.value) == (
        "tracker 'absent' needs the module not_there_at_all, which is not installed: "
        "pip install 'convlab[absent]', or leave the tracker out"
    )
    assert not list((tmp_path / "runs").iterdir())


def test_a_run_is_evaluated_without_its_trackers_and_gone_on_with_only_with_them(tiny_task: TinyTask) -> None:
    others = TinyTask(PluginHost(third_party=False), Path())
    register(tiny_task.host, notes=lambda run, options: Notes(run, []))
    result = tiny_task.run(architecture="mlp", trackers=["notes"], train=QUICK)
    assert evaluate(result.folder, host=others.host).measures["accuracy"] == result.test["accuracy"]
    with pytest.raises(PluginError, match="needs the tracker 'notebook:notes'"):
        resume(result.folder, train={"epochs": 3}, host=others.host, progress=False)
