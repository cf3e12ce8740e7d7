"""For each mistake in a tracker, one check fails and suggests the fix."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from convlab import Callback, Tracker


class MisspelledMethod(Callback):
    def __init__(self, run: Any, options: None) -> None:
        self.losses: list[float] = []

    def on_epoch_ends(self, epoch: int, logs: Any) -> None:
        self.losses.append(logs["loss"])

    def on_train_end(self, summary: Any) -> None:
        pass


class MethodOfKeras(Callback):
    def __init__(self, run: Any, options: None) -> None:
        pass

    def on_train_end(self, summary: Any) -> None:
        pass

    def on_test_end(self, logs: Any) -> None:
        pass


class NoMethods(Callback):
    def __init__(self, run: Any, options: None) -> None:
        self.run = run


class WrongArguments(Callback):
    def __init__(self, run: Any, options: None) -> None:
        self.run = run

    def on_epoch_end(self, logs: Any) -> None:  # type: ignore[override]
        pass


class ForgetsAResumedRun(Callback):
    def __init__(self, run: Any, options: None) -> None:
        (run.folder / "table").mkdir()

    def on_epoch_end(self, epoch: int, logs: Any) -> None:
        pass


class ExitsOnFailure(Callback):
    def __init__(self, run: Any, options: None) -> None:
        pass

    def on_epoch_end(self, epoch: int, logs: Any) -> None:
        pass

    def on_train_end(self, summary: Any) -> None:
        sys.exit(summary["test"]["loss"] + 1)


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (MisspelledMethod, "overrides_known_methods", "did you mean 'on_epoch_end'", "rename the method"),
    (MethodOfKeras, "overrides_known_methods", "MethodOfKeras.on_test_end is never called", "rename"),
    (NoMethods, "overrides_known_methods", "overrides none of the methods", "on_epoch_end"),
    (
        WrongArguments,
        "follows_a_run",
        "takes 2 positional arguments",
        "Callback's parameters",
    ),
    (ForgetsAResumedRun, "continues_a_run", "FileExistsError", "fix the code in this line"),
    (ExitsOnFailure, "follows_a_run", "TypeError: unsupported operand", "fix the code in this line"),
    (
        lambda run, options: print,
        "follows_a_run",
        "expected Callback, got",
        "return a convlab.Callback",
    ),
]


@pytest.mark.parametrize(("start", "name", "found", "fix"), CASES)
def test_exactly_one_check_fails_for_each_mistake(
    assert_caught: Callable[..., None], start: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    part = Tracker(name="faulty", summary="A tracker with a mistake", start=start)
    assert_caught(part, name, found, fix)
