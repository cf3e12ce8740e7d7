"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from convlab import Optimizer

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SGDOptions:
    """Options of ``sgd``."""

    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Momentum; 0 turns it off."""
    nesterov: bool = True
    """Use Nesterov momentum (Nesterov 1983)."""
    weight_decay: Annotated[float, Field(gt=0)] | None = None
    """Decoupled weight decay per step, relative to the learning rate."""
    clip_norm: Annotated[float, Field(gt=0)] | None = None
    """Maximum global norm of the gradients."""
    clip_value: Annotated[float, Field(gt=0)] | None = None
    """Maximum absolute value of each gradient element."""


def _build(learning_rate: Any, options: SGDOptions) -> keras.optimizers.Optimizer:
    import keras

    return keras.optimizers.SGD(
        learning_rate,
        momentum=options.momentum,
        nesterov=options.nesterov and options.momentum > 0,
        weight_decay=options.weight_decay,
        global_clipnorm=options.clip_norm,
        clipvalue=options.clip_value,
    )


SGD = Optimizer(
    name="sgd",
    summary="Stochastic gradient descent with Nesterov momentum",
    build=_build,
    options=SGDOptions,
    learning_rate=0.05,
)
