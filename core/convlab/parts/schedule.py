"""The part that changes the learning rate during a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from convlab.parts.part import Kind, Part

if TYPE_CHECKING:
    from keras.optimizers.schedules import LearningRateSchedule

_CHECKS = "convlab.inspect.checks.schedules"


@dataclass(frozen=True, kw_only=True)
class Schedule(Part):
    """A learning rate schedule, which starts after the warm-up.

    Attributes:
        build: called as ``build(learning_rate, steps, options)`` with the peak rate, a float, and the number
            of steps that the schedule lasts, at least 1; returns the rate if it is constant, otherwise a
            ``keras.optimizers.schedules.LearningRateSchedule``, whose steps count from 0. If the schedule has
            a method ``begin_epoch(records)``, it is called before each epoch with the records of all epochs
            so far; what it sets must follow from them alone, so that a run can resume.

    Example::

        from convlab import Schedule, hookimpl

        def build(learning_rate, steps, options):
            import keras
            return keras.optimizers.schedules.InverseTimeDecay(learning_rate, steps, decay_rate=9.0)

        @hookimpl
        def convlab_schedules():
            return [Schedule(name="inverse", summary="Inverse time decay to a tenth", build=build)]
    """

    kind: ClassVar[Kind] = Kind(
        name="schedule",
        help="How the learning rate changes during the run.",
        default="cosine",
        subject=f"{_CHECKS}.schedule_subject:ScheduleSubject",
        checks=(f"{_CHECKS}.rates",),
        begin_with="triangle.py",
    )
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("learning_rate", "steps", "options")

    build: Callable[[float, int, Any], float | LearningRateSchedule]
