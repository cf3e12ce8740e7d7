"""A multilayer perceptron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from convlab import Architecture, Search

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MLPOptions:
    """Options of ``mlp``."""

    hidden: tuple[Annotated[int, Field(ge=1)], ...] = (256, 256)
    """Units of each hidden layer; empty for a linear classifier."""
    activation: Literal["relu", "gelu", "silu", "elu", "tanh", "sigmoid"] = "relu"
    """Activation of the hidden layers."""
    dropout: Annotated[float, Field(ge=0, lt=1), Search(low=0.0, high=0.5)] = 0.0
    """Fraction of each hidden layer's outputs dropped during training."""
    batch_normalization: bool = False
    """Normalize before each activation (Ioffe and Szegedy 2015)."""


def _build(input_shape: tuple[int, int, int], num_classes: int, options: MLPOptions) -> keras.Model:
    import keras
    from keras import layers

    inputs = keras.Input(input_shape)
    x = layers.Flatten()(inputs)
    for units in options.hidden:
        x = layers.Dense(units, use_bias=not options.batch_normalization)(x)
        if options.batch_normalization:
            x = layers.BatchNormalization()(x)
        x = layers.Activation(options.activation)(x)
        if options.dropout:
            x = layers.Dropout(options.dropout)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="mlp")


MLP = Architecture(name="mlp", summary="Multilayer perceptron", build=_build, options=MLPOptions)
