"""How the learning rate changes over a run, from ``keras.optimizers.schedules``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convlab.errors import ConfigError
from convlab.text.suggestions import did_you_mean

if TYPE_CHECKING:
    from keras.optimizers.schedules import LearningRateSchedule


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A way for the learning rate to change.

    Attributes:
        build: called as ``build(learning_rate, steps)``; returns the rate itself where it stays, otherwise
            a ``LearningRateSchedule`` over that many steps.
    """

    name: str
    summary: str
    build: Callable[[float, int], float | LearningRateSchedule]


def _constant(learning_rate: float, steps: int) -> float:  # noqa: ARG001
    return learning_rate


def _step(learning_rate: float, steps: int) -> LearningRateSchedule:
    """As He et al. (2016) train ResNets on CIFAR: a tenth at half and at three quarters of the run."""
    import keras

    boundaries = [max(steps // 2, 1), max(steps * 3 // 4, 2)]
    values = [learning_rate, learning_rate / 10, learning_rate / 100]
    return keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, values)


def _exponential(learning_rate: float, steps: int) -> LearningRateSchedule:
    import keras

    return keras.optimizers.schedules.ExponentialDecay(learning_rate, max(steps, 1), decay_rate=0.01)


def _cosine(learning_rate: float, steps: int) -> LearningRateSchedule:
    """Without restarts, from Loshchilov and Hutter (2017)."""
    import keras

    return keras.optimizers.schedules.CosineDecay(learning_rate, max(steps, 1))


SCHEDULES = (
    Schedule(name="constant", summary="The same rate throughout", build=_constant),
    Schedule(name="step", summary="A tenth at half and again at three quarters of the run", build=_step),
    Schedule(name="exponential", summary="Falls evenly in ratio, to a hundredth", build=_exponential),
    Schedule(name="cosine", summary="Falls along a half cosine, to zero", build=_cosine),
)


def find_schedule(name: str) -> Schedule:
    """Return the schedule of that name.

    Raises:
        ConfigError: there is none.
    """
    for schedule in SCHEDULES:
        if schedule.name == name:
            return schedule
    names = [schedule.name for schedule in SCHEDULES]
    raise ConfigError(f"train.schedule: no schedule {name!r}; {did_you_mean(name, names)}")


def scheduled_rate(schedule: Schedule, learning_rate: float, *, steps: int, warmup: float) -> Any:
    """Return what an optimizer takes as its learning rate.

    Args:
        schedule: how the rate goes on after the warm-up.
        learning_rate: the rate, or its peak.
        steps: of the whole run.
        warmup: the fraction of them in which the rate climbs evenly from zero to ``learning_rate``.
    """
    if not warmup:
        return schedule.build(learning_rate, steps)
    climbing = max(
        1, round(warmup * steps)
    )  # a run of few steps is of the same kind as when it is gone on with
    after = schedule.build(learning_rate, steps - climbing)
    from convlab.training.warm_up import WarmUp

    return WarmUp(after, peak=learning_rate, steps=climbing)
