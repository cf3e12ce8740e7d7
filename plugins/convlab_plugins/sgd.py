"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from convlab import Optimizer, Search
from convlab_plugins.optimizer_options import OptimizerOptions, built

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SGDOptions(OptimizerOptions):
    """Options of ``sgd``."""

    momentum: Annotated[float, Field(ge=0, lt=1), Search(low=0.8, high=0.99)] = 0.9
    """Momentum; 0 turns it off."""
    nesterov: bool = True
    """Use Nesterov momentum (Nesterov 1983)."""


def _build(learning_rate: Any, options: SGDOptions) -> keras.optimizers.Optimizer:
    import keras

    return built(
        keras.optimizers.SGD,
        learning_rate,
        options,
        momentum=options.momentum,
        nesterov=options.nesterov and options.momentum > 0,
    )


SGD = Optimizer(
    name="sgd",
    summary="Stochastic gradient descent with Nesterov momentum",
    build=_build,
    options=SGDOptions,
    learning_rate=0.05,
)
