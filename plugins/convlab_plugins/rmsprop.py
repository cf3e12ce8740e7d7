"""RMSprop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from convlab import Optimizer, Search
from convlab_plugins.optimizer_options import OptimizerOptions, built

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class RMSpropOptions(OptimizerOptions):
    """Options of ``rmsprop``."""

    rho: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Decay of the moving average of the squared gradients."""
    momentum: Annotated[float, Field(ge=0, lt=1), Search(low=0.0, high=0.95)] = 0.0
    """Momentum; 0 turns it off."""
    epsilon: Annotated[float, Field(gt=0)] = 1e-7
    """Constant added to the denominator for numerical stability."""
    centered: bool = False
    """Divide by the estimated variance of the gradients instead of their mean square."""


def _build(learning_rate: Any, options: RMSpropOptions) -> keras.optimizers.Optimizer:
    import keras

    return built(
        keras.optimizers.RMSprop,
        learning_rate,
        options,
        rho=options.rho,
        momentum=options.momentum,
        epsilon=options.epsilon,
        centered=options.centered,
    )


RMSPROP = Optimizer(
    name="rmsprop",
    summary="Gradients divided by their root mean square (Tieleman and Hinton 2012)",
    build=_build,
    options=RMSpropOptions,
    learning_rate=0.001,
)
