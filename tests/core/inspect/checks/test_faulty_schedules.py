"""For each mistake in a learning rate schedule, one check fails and suggests the fix."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from convlab import Schedule


def schedule(rate: Callable[[Any, Any], Any], **methods: Any) -> Any:
    import keras

    base = keras.optimizers.schedules.LearningRateSchedule
    return type("Faulty", (base,), {"__call__": rate, **methods})()


def becomes_negative(learning_rate: float, steps: int, options: None) -> Any:
    return schedule(lambda self, step: learning_rate * (1 - 2 * step / 100))


def ignores_the_learning_rate(learning_rate: float, steps: int, options: None) -> Any:
    return schedule(lambda self, step: 0.001)


def branches_in_python(learning_rate: float, steps: int, options: None) -> Any:
    return schedule(lambda self, step: [learning_rate, learning_rate / 10][int(step) >= 50])


def counts_epochs(learning_rate: float, steps: int, options: None) -> Any:
    def begin_epoch(self: Any, records: Sequence[Any]) -> None:
        self.calls = getattr(self, "calls", 0) + 1

    return schedule(
        lambda self, step: learning_rate * 0.9 ** getattr(self, "calls", 0), begin_epoch=begin_epoch
    )


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (becomes_negative, "gives_finite_rates", "step 51 has the learning rate", "LearningRateSchedule"),
    (ignores_the_learning_rate, "peaks_at_the_learning_rate", "is 0.001", "scale the schedule"),
    (branches_in_python, "works_in_a_graph", "", "keras.ops"),
    (counts_epochs, "resumes", "resumed one", "starting over in each call"),
]


@pytest.mark.parametrize(("build", "name", "found", "fix"), CASES, ids=[case[0].__name__ for case in CASES])
def test_exactly_one_check_fails_for_each_mistake(
    assert_caught: Callable[..., None], build: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    part = Schedule(name="faulty", summary="A schedule with a mistake", build=build)
    assert_caught(part, name, found, fix)
