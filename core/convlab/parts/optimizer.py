"""The part that updates the weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from convlab.parts.part import Kind, Part

if TYPE_CHECKING:
    import keras

_CHECKS = "convlab.inspect.checks.optimizers"


@dataclass(frozen=True, kw_only=True)
class Optimizer(Part):
    """A rule that updates the weights.

    Attributes:
        build: called as ``build(learning_rate, options)``, where ``learning_rate`` is a float or a
            ``keras.optimizers.schedules.LearningRateSchedule``; returns a ``keras.optimizers.Optimizer``.
        learning_rate: the default learning rate.

    Example::

        from convlab import Optimizer, hookimpl

        def build(learning_rate, options):
            import keras
            return keras.optimizers.Lion(learning_rate)

        @hookimpl
        def convlab_optimizers():
            lion = Optimizer(name="lion", summary="Chen et al. 2023", build=build, learning_rate=1e-4)
            return [lion]
    """

    kind: ClassVar[Kind] = Kind(
        name="optimizer",
        flag="-o",
        help="The optimizer.",
        default="adam",
        train_defaults=("learning_rate",),
        subject=f"{_CHECKS}.optimizer_subject:OptimizerSubject",
        checks=(f"{_CHECKS}.steps",),
        begin_with="update.py",
    )
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("learning_rate", "options")

    build: Callable[[Any, Any], keras.optimizers.Optimizer]
    learning_rate: float = 0.001

    def __post_init__(self) -> None:
        super().__post_init__()
        rate = self.learning_rate
        if not isinstance(rate, int | float) or not 0 < rate < math.inf:
            raise ValueError(f"{self}: learning_rate must be a finite number above 0, got {rate!r}")
