"""Learning rate schedules, from ``keras.optimizers.schedules`` where it has them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from convlab import Schedule

if TYPE_CHECKING:
    from keras.optimizers.schedules import LearningRateSchedule

_Fraction = Annotated[float, Field(ge=0, le=1)]


def _constant(learning_rate: float, steps: int, options: None) -> float:
    return learning_rate


@dataclass(frozen=True)
class StepOptions:
    """Options of ``step``."""

    at: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Field(min_length=1)] = (0.5, 0.75)
    """Fractions of the run after which the rate drops, in ascending order."""
    divide_by: Annotated[float, Field(gt=1)] = 10.0
    """Divisor of the rate at each drop."""

    def __post_init__(self) -> None:
        if any(later <= earlier for earlier, later in pairwise(self.at)):
            raise TypeError(f"at must be in ascending order, got {list(self.at)}")


def _step(learning_rate: float, steps: int, options: StepOptions) -> LearningRateSchedule:
    import keras

    boundaries: list[int] = []
    for fraction in options.at:
        boundaries.append(max(int(steps * fraction), boundaries[-1] + 1 if boundaries else 1))
    values = [learning_rate / options.divide_by**drops for drops in range(len(boundaries) + 1)]
    return keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, values)


@dataclass(frozen=True)
class ExponentialOptions:
    """Options of ``exponential``."""

    end: Annotated[float, Field(gt=0, le=1)] = 0.01
    """The last rate, as a fraction of the first."""


def _exponential(learning_rate: float, steps: int, options: ExponentialOptions) -> LearningRateSchedule:
    import keras

    return keras.optimizers.schedules.ExponentialDecay(learning_rate, steps, decay_rate=options.end)


@dataclass(frozen=True)
class PolynomialOptions:
    """Options of ``polynomial``."""

    power: Annotated[float, Field(gt=0)] = 1.0
    """Exponent; 1 decays linearly."""
    end: _Fraction = 0.0
    """The last rate, as a fraction of the first."""


def _polynomial(learning_rate: float, steps: int, options: PolynomialOptions) -> LearningRateSchedule:
    import keras

    return keras.optimizers.schedules.PolynomialDecay(
        learning_rate, steps, end_learning_rate=options.end * learning_rate, power=options.power
    )


@dataclass(frozen=True)
class CosineOptions:
    """Options of ``cosine``."""

    end: _Fraction = 0.0
    """The last rate, as a fraction of the first."""


def _cosine(learning_rate: float, steps: int, options: CosineOptions) -> LearningRateSchedule:
    import keras

    return keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=options.end)


@dataclass(frozen=True)
class OneCycleOptions:
    """Options of ``one_cycle``."""

    rise: Annotated[float, Field(gt=0, lt=1)] = 0.3
    """Fraction of the run after which the rate peaks."""
    start: _Fraction = 0.04
    """The first rate, as a fraction of the peak."""
    end: _Fraction = 0.0
    """The last rate, as a fraction of the peak."""
    shape: Literal["cosine", "linear"] = "cosine"
    """How the rate rises and falls."""


def _one_cycle(learning_rate: float, steps: int, options: OneCycleOptions) -> LearningRateSchedule:
    from convlab_plugins.one_cycle import OneCycle

    return OneCycle(
        learning_rate, steps, rise=options.rise, start=options.start, end=options.end, shape=options.shape
    )


@dataclass(frozen=True)
class ReduceOnPlateauOptions:
    """Options of ``reduce_on_plateau``."""

    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Factor of the rate at each plateau."""
    patience: Annotated[int, Field(ge=1)] = 5
    """Epochs without improvement after which the rate is reduced."""
    min_delta: Annotated[float, Field(ge=0)] = 0.0001
    """Smallest decrease of the loss that counts as an improvement."""
    cooldown: Annotated[int, Field(ge=0)] = 0
    """Epochs after a reduction that do not count towards the patience."""
    end: _Fraction = 0.0
    """Lower bound of the rate, as a fraction of the first."""


def _reduce_on_plateau(
    learning_rate: float, steps: int, options: ReduceOnPlateauOptions
) -> LearningRateSchedule:
    from convlab_plugins.reduce_on_plateau import ReduceOnPlateau

    return ReduceOnPlateau(
        learning_rate,
        factor=options.factor,
        patience=options.patience,
        min_delta=options.min_delta,
        cooldown=options.cooldown,
        end=options.end,
    )


CONSTANT = Schedule(name="constant", summary="The same rate in every step", build=_constant)
STEP = Schedule(
    name="step",
    summary="Divided at fractions of the run (He et al. 2016)",
    build=_step,
    options=StepOptions,
)
EXPONENTIAL = Schedule(
    name="exponential",
    summary="Exponential decay to a fraction of the rate",
    build=_exponential,
    options=ExponentialOptions,
)
POLYNOMIAL = Schedule(
    name="polynomial",
    summary="Polynomial decay, linear by default",
    build=_polynomial,
    options=PolynomialOptions,
)
COSINE = Schedule(
    name="cosine",
    summary="Half a cosine, to zero by default (Loshchilov and Hutter 2017)",
    build=_cosine,
    options=CosineOptions,
)
ONE_CYCLE = Schedule(
    name="one_cycle",
    summary="One rise and one fall (Smith and Topin 2019)",
    build=_one_cycle,
    options=OneCycleOptions,
)
REDUCE_ON_PLATEAU = Schedule(
    name="reduce_on_plateau",
    summary="Reduced whenever the validation loss stops improving",
    build=_reduce_on_plateau,
    options=ReduceOnPlateauOptions,
)
SCHEDULES = (CONSTANT, STEP, EXPONENTIAL, POLYNOMIAL, COSINE, ONE_CYCLE, REDUCE_ON_PLATEAU)
