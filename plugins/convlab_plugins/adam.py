"""Adam and, with weight decay, AdamW."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from convlab import Optimizer

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class AdamOptions:
    """Options of ``adam``."""

    beta_1: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Decay of the moving average of the gradients."""
    beta_2: Annotated[float, Field(ge=0, lt=1)] = 0.999
    """Decay of the moving average of the squared gradients."""
    epsilon: Annotated[float, Field(gt=0)] = 1e-7
    """Constant added to the denominator for numerical stability."""
    amsgrad: bool = False
    """Divide by the largest moving average so far (Reddi et al. 2018)."""
    weight_decay: Annotated[float, Field(gt=0)] | None = None
    """Decoupled weight decay per step, relative to the learning rate (Loshchilov and Hutter 2019)."""
    clip_norm: Annotated[float, Field(gt=0)] | None = None
    """Maximum global norm of the gradients."""
    clip_value: Annotated[float, Field(gt=0)] | None = None
    """Maximum absolute value of each gradient element."""


def _build(learning_rate: Any, options: AdamOptions) -> keras.optimizers.Optimizer:
    import keras

    return keras.optimizers.Adam(
        learning_rate,
        beta_1=options.beta_1,
        beta_2=options.beta_2,
        epsilon=options.epsilon,
        amsgrad=options.amsgrad,
        weight_decay=options.weight_decay,
        global_clipnorm=options.clip_norm,
        clipvalue=options.clip_value,
    )


ADAM = Optimizer(
    name="adam",
    summary="Adam (Kingma and Ba 2015); AdamW with weight_decay",
    build=_build,
    options=AdamOptions,
    learning_rate=0.002,
)
