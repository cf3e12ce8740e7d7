"""A user's callbacks see a run in order; one that fails does not stop it, an essential one does."""

import logging
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from convlab import Callback, TrainingError, TrainingInfo, resume
from convlab.testing import TinyTask

QUICK = {"compile": "off", "epochs": 2, "warmup": 0.0, "schedule": "constant"}


class Events(Callback):
    """Notes the events of a run."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def on_compile_begin(self) -> None:
        self.events.append("compile")

    def on_train_begin(self, run: TrainingInfo) -> None:
        assert len(self.model.trainable_variables) > 0
        self.events.append(("train", run.epoch, run.resumed))

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any]) -> None:
        self.events.append(("begin", epoch, logs["step"], logs["steps"]))

    def on_step_end(self, step: int, logs: Mapping[str, float]) -> None:
        if self.events[-1] != "steps":
            self.events.append("steps")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        self.events.append(("end", epoch, logs["val_loss"]))

    def on_evaluate_begin(self, images: int) -> None:
        self.events.append(("evaluate", images))

    def on_evaluate_end(self, logs: Mapping[str, float]) -> None:
        self.events.append(("evaluated", logs["accuracy"]))

    def on_train_end(self, summary: Mapping[str, Any]) -> None:
        self.events.append(("finished", summary["stop_reason"]))

    def on_failure(self, state: str, message: str) -> None:
        self.events.append((state, message))


@pytest.mark.parametrize("loop", ["tape", "fit"])
def test_a_callback_sees_every_event_of_a_run_in_order(tiny_task: TinyTask, loop: str) -> None:
    callback = Events()
    result = tiny_task.run(architecture="mlp", train=QUICK | {"loop": loop}, callbacks=[callback])
    first, second = (record["val_loss"] for record in result.epochs)
    assert callback.events == [
        "compile",
        ("train", 1, False),
        ("begin", 1, 0, 8),
        "steps",
        ("end", 1, first),
        ("begin", 2, 0, 8),
        "steps",
        ("end", 2, second),
        ("evaluate", 40),
        ("evaluated", result.test["accuracy"]),
        ("finished", "epochs"),
    ]


def test_a_callback_sees_where_a_run_resumes(tiny_task: TinyTask) -> None:
    first = tiny_task.run(architecture="mlp", train=QUICK)
    callback = Events()
    resume(first.folder, train={"epochs": 3}, host=tiny_task.host, callbacks=[callback], progress=False)
    assert callback.events[1:3] == [("train", 3, True), ("begin", 3, 0, 8)]


EVENTS = [name for name in vars(Callback) if name.startswith("on_") and name != "on_failure"]


@pytest.mark.parametrize("event", EVENTS)
def test_a_callback_that_fails_is_dropped_with_one_warning_and_the_run_continues(
    tiny_task: TinyTask, caplog: pytest.LogCaptureFixture, event: str
) -> None:
    calls: list[str] = []

    def fail(*arguments: Any) -> None:
        calls.append(event)
        raise ZeroDivisionError("by zero")

    failing, other = Callback(), Events()
    setattr(failing, event, fail)
    with caplog.at_level(logging.WARNING, "convlab"):
        result = tiny_task.run(architecture="mlp", train=QUICK, callbacks=[failing, other])
    assert caplog.messages == [
        "the run continues without callback Callback, which failed: ZeroDivisionError: by zero"
    ]
    assert calls == [event]
    assert other.events[-1] == ("finished", "epochs")
    assert result.epochs[-1]["epoch"] == 2


class Guard(Callback):
    essential: ClassVar[bool] = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        raise TrainingError("the guard refuses epoch 1")


def test_an_essential_callback_that_fails_stops_the_run_and_the_others_see_why(tiny_task: TinyTask) -> None:
    other = Events()
    with pytest.raises(TrainingError, match="the guard refuses epoch 1"):
        tiny_task.run(architecture="mlp", train=QUICK, callbacks=[Guard(), other])
    assert other.events[-1] == ("failed", "the guard refuses epoch 1")


def test_a_callback_that_fails_on_a_failure_does_not_hide_it(
    tiny_task: TinyTask, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Callback):
        def on_failure(self, state: str, message: str) -> None:
            raise ZeroDivisionError("by zero")

    with caplog.at_level(logging.WARNING, "convlab"), pytest.raises(TrainingError, match="the guard refuses"):
        tiny_task.run(architecture="mlp", train=QUICK, callbacks=[Failing(), Guard()])
    assert caplog.messages == ["callback Failing failed: ZeroDivisionError: by zero"]
