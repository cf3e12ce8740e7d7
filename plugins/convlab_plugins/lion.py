"""Lion: the sign of a momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from convlab import Optimizer
from convlab_plugins.optimizer_options import OptimizerOptions, built

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LionOptions(OptimizerOptions):
    """Options of ``lion``."""

    beta_1: Annotated[float, Field(gt=0, lt=1)] = 0.9
    """Weight of the momentum, as opposed to the gradient, in the sign of a step."""
    beta_2: Annotated[float, Field(gt=0, lt=1)] = 0.99
    """Decay of the momentum."""


def _build(learning_rate: Any, options: LionOptions) -> keras.optimizers.Optimizer:
    import keras

    return built(keras.optimizers.Lion, learning_rate, options, beta_1=options.beta_1, beta_2=options.beta_2)


LION = Optimizer(
    name="lion",
    summary="The sign of a momentum (Chen et al. 2023)",
    build=_build,
    options=LionOptions,
    learning_rate=0.0003,
)
