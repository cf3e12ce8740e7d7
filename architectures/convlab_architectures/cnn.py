"""A small convolutional network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from convlab import Architecture, Search

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class CNNOptions:
    """Options of ``cnn``."""

    filters: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] = (32, 64)
    """Filters of each block, a convolution followed by 2×2 max pooling."""
    kernel_size: Annotated[int, Field(ge=1)] = 3
    """Height and width of the convolution kernels."""
    dense: tuple[Annotated[int, Field(ge=1)], ...] = (128,)
    """Units of each dense layer between the blocks and the logits; may be empty."""
    activation: Literal["relu", "gelu", "silu", "elu", "tanh", "sigmoid"] = "relu"
    """Activation of the convolutions and dense layers."""
    dropout: Annotated[float, Field(ge=0, lt=1), Search(low=0.0, high=0.5)] = 0.25
    """Fraction of each dense layer's outputs dropped during training."""
    batch_normalization: bool = False
    """Normalize before each activation (Ioffe and Szegedy 2015)."""


def _build(input_shape: tuple[int, int, int], num_classes: int, options: CNNOptions) -> keras.Model:
    import keras
    from keras import layers

    def activated(x: keras.KerasTensor) -> keras.KerasTensor:
        if options.batch_normalization:
            x = layers.BatchNormalization()(x)
        return layers.Activation(options.activation)(x)

    inputs = x = keras.Input(input_shape)
    bias = not options.batch_normalization
    for filters in options.filters:
        x = activated(layers.Conv2D(filters, options.kernel_size, padding="same", use_bias=bias)(x))
        # "same" pooling pads odd sizes, so images of any size work with any number of blocks.
        x = layers.MaxPool2D(padding="same")(x)
    x = layers.Flatten()(x)
    for units in options.dense:
        x = activated(layers.Dense(units, use_bias=bias)(x))
        if options.dropout:
            x = layers.Dropout(options.dropout)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="cnn")


CNN = Architecture(
    name="cnn", summary="Convolution and pooling blocks, then dense layers", build=_build, options=CNNOptions
)
