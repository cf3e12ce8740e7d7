"""Learning rate schedules, from ``keras.optimizers.schedules``."""

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
    """A learning rate schedule.

    Attributes:
        build: called as ``build(learning_rate, steps)``; returns the rate itself if it is constant,
            otherwise a ``LearningRateSchedule`` over that many steps.
    """

    name: str
    summary: str
    build: Callable[[float, int], float | LearningRateSchedule]


def _constant(learning_rate: float, steps: int) -> float:  # noqa: ARG001
    return learning_rate


def _step(learning_rate: float, steps: int) -> LearningRateSchedule:
    """Divide the rate by 10 at half and at three quarters of the run (He et al. 2016, on CIFAR)."""
    import keras

    boundaries = [max(steps // 2, 1), max(steps * 3 // 4, 2)]
    values = [learning_rate, learning_rate / 10, learning_rate / 100]
    return keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, values)


def _exponential(learning_rate: float, steps: int) -> LearningRateSchedule:
    import keras

    return keras.optimizers.schedules.ExponentialDecay(learning_rate, max(steps, 1), decay_rate=0.01)


def _cosine(learning_rate: float, steps: int) -> LearningRateSchedule:
    """Decay along a half cosine, without restarts (Loshchilov and Hutter 2017)."""
    import keras

    return keras.optimizers.schedules.CosineDecay(learning_rate, max(steps, 1))


SCHEDULES = (
    Schedule(name="constant", summary="Constant rate", build=_constant),
    Schedule(name="step", summary="Divided by 10 at half and at three quarters of the run", build=_step),
    Schedule(name="exponential", summary="Exponential decay to a hundredth", build=_exponential),
    Schedule(name="cosine", summary="Half a cosine, to zero", build=_cosine),
)


def find_schedule(name: str) -> Schedule:
    """Return a schedule by name.

    Raises:
        ConfigError: the name is unknown.
    """
    for schedule in SCHEDULES:
        if schedule.name == name:
            return schedule
    names = [schedule.name for schedule in SCHEDULES]
    raise ConfigError(f"`train.schedule`: unknown schedule {name!r}; {did_you_mean(name, names)}")


def scheduled_rate(schedule: Schedule, learning_rate: float, *, steps: int, warmup: float) -> Any:
    """Return the learning rate of an optimizer: a number or a schedule, after a warm-up.

    Args:
        schedule: the schedule after the warm-up.
        learning_rate: the rate, or its peak.
        steps: steps of the whole run.
        warmup: the fraction of steps in which the rate rises linearly from zero to ``learning_rate``.
    """
    if not warmup:
        return schedule.build(learning_rate, steps)
    # At least one step: a short run then has the same optimizer state as a longer one that resumes it.
    warmup_steps = max(1, round(warmup * steps))
    after = schedule.build(learning_rate, steps - warmup_steps)
    from convlab.training.warm_up import WarmUp

    return WarmUp(after, peak=learning_rate, steps=warmup_steps)
