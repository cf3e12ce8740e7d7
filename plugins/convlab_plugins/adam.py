"""Adam, and AdamW, which is Adam with weight decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from convlab import Optimizer, Search
from convlab_plugins.optimizer_options import OptimizerOptions, built

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class AdamOptions(OptimizerOptions):
    """Options of ``adam``."""

    beta_1: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Decay of the moving average of the gradients."""
    beta_2: Annotated[float, Field(ge=0, lt=1)] = 0.999
    """Decay of the moving average of the squared gradients."""
    epsilon: Annotated[float, Field(gt=0)] = 1e-7
    """Constant added to the denominator for numerical stability."""
    amsgrad: bool = False
    """Divide by the largest moving average so far (Reddi et al. 2018)."""


@dataclass(frozen=True)
class AdamWOptions(AdamOptions):
    """Options of ``adamw``."""

    weight_decay: Annotated[Annotated[float, Field(gt=0)] | None, Search(low=1e-3, high=0.3, log=True)] = 0.01
    """Decoupled weight decay per step, relative to the learning rate (Loshchilov and Hutter 2019)."""
    decay_bias_and_norm: bool = False
    """Whether weight decay applies to biases and to the weights of normalization layers."""


def _build(learning_rate: Any, options: AdamOptions) -> keras.optimizers.Optimizer:
    import keras

    return built(
        keras.optimizers.Adam,
        learning_rate,
        options,
        beta_1=options.beta_1,
        beta_2=options.beta_2,
        epsilon=options.epsilon,
        amsgrad=options.amsgrad,
    )


ADAM = Optimizer(
    name="adam",
    summary="Adam (Kingma and Ba 2015); AdamW with weight_decay",
    build=_build,
    options=AdamOptions,
    learning_rate=0.002,
)
ADAMW = Optimizer(
    name="adamw",
    summary="Adam with weight decay of all but biases and norms (Loshchilov and Hutter 2019)",
    build=_build,
    options=AdamWOptions,
    learning_rate=0.002,
)
