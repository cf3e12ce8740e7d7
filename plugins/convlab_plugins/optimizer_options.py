"""The options that all built-in optimizers have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from convlab import ConfigError

if TYPE_CHECKING:
    import keras

# The names of the weights of Keras's layers that only shift or scale; TensorFlow adds ":0".
_BIAS_AND_NORM = r"(^|/)(bias|beta|gamma)(:0)?$"


@dataclass(frozen=True)
class OptimizerOptions:
    """Options of every optimizer."""

    weight_decay: Annotated[float, Field(gt=0)] | None = None
    """Decoupled weight decay per step, relative to the learning rate (Loshchilov and Hutter 2019)."""
    decay_bias_and_norm: bool = True
    """Whether weight decay applies to biases and to the weights of normalization layers."""
    clip_norm: Annotated[float, Field(gt=0)] | None = None
    """Maximum global norm of the gradients."""
    clip_value: Annotated[float, Field(gt=0)] | None = None
    """Maximum absolute value of each gradient element."""
    ema: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Decay of a moving average of the weights, which is evaluated and saved instead of the last weights."""
    accumulate: Annotated[int, Field(ge=1)] = 1
    """Steps whose gradients are averaged for one update, as if the batch were that much larger."""
    layer_rates: dict[str, Annotated[float, Field(ge=0)]] = field(default_factory=dict)
    """Factors of the learning rate, by a regular expression for the paths of weights, such as ``dense``."""


def built(
    optimizer: type[keras.optimizers.Optimizer], learning_rate: Any, options: OptimizerOptions, **own: Any
) -> keras.optimizers.Optimizer:
    """Return a Keras optimizer with the common options.

    Args:
        optimizer: the class.
        learning_rate: a float or a schedule.
        options: the common options.
        own: the arguments that are specific to the class.
    """
    kind = _with_layer_rates(optimizer, options.layer_rates) if options.layer_rates else optimizer
    instance = kind(
        learning_rate,
        weight_decay=options.weight_decay,
        global_clipnorm=options.clip_norm,
        clipvalue=options.clip_value,
        use_ema=options.ema is not None,
        ema_momentum=options.ema or 0.99,
        gradient_accumulation_steps=options.accumulate if options.accumulate > 1 else None,
        **own,
    )
    if not options.decay_bias_and_norm:
        instance.exclude_from_weight_decay(var_names=[_BIAS_AND_NORM])
    return instance


def _with_layer_rates(optimizer: type[Any], rates: Mapping[str, float]) -> type[Any]:
    """Return a subclass that multiplies each weight's learning rate by the factors that match its path."""

    class WithLayerRates(optimizer):
        def build(self, variables: list[Any]) -> None:
            for pattern in rates:
                if not any(re.search(pattern, variable.path) for variable in variables):
                    first = ", ".join(variable.path for variable in variables[:4])
                    raise ConfigError(
                        f"`optimizer_options.layer_rates`: {pattern!r} matches no weight; paths are "
                        f"{first}, …"
                    )
            super().build(variables)

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            path = self._trainable_variables[self._get_variable_index(variable)].path
            for pattern, factor in rates.items():
                if re.search(pattern, path):
                    learning_rate = learning_rate * factor
            super().update_step(gradient, variable, learning_rate)

    return WithLayerRates
