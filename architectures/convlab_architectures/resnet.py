"""Residual networks for small images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from convlab import Architecture

if TYPE_CHECKING:
    import keras

_Counts = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]


@dataclass(frozen=True)
class ResNetOptions:
    """Options of ``resnet``."""

    blocks: _Counts = (3, 3, 3)
    """Residual blocks of each stage; three stages of n blocks make a network of 6n + 2 layers."""
    filters: Annotated[int, Field(ge=1)] = 16
    """Filters of the first stage; each stage has twice as many as the one before."""


def _build(input_shape: tuple[int, int, int], num_classes: int, options: ResNetOptions) -> keras.Model:
    """Build the network of He et al. (2016), section 4.2, with projections where the shape changes."""
    import keras
    from keras import layers

    def convolution(x: Any, filters: int, kernel_size: int = 3, strides: int = 1) -> Any:
        x = layers.Conv2D(
            filters, kernel_size, strides, padding="same", use_bias=False, kernel_initializer="he_normal"
        )(x)
        return layers.BatchNormalization()(x)

    def block(x: Any, filters: int, strides: int) -> Any:
        residual = convolution(layers.ReLU()(convolution(x, filters, strides=strides)), filters)
        if x.shape[-1] != filters or strides != 1:
            x = convolution(x, filters, kernel_size=1, strides=strides)
        return layers.ReLU()(layers.Add()([residual, x]))

    inputs = keras.Input(input_shape)
    x = layers.ReLU()(convolution(inputs, options.filters))
    for stage, blocks in enumerate(options.blocks):
        for number in range(blocks):
            x = block(x, options.filters * 2**stage, strides=2 if stage and not number else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="resnet")


RESNET = Architecture(
    name="resnet",
    summary="Residual network, ResNet-20 by default (He et al. 2016)",
    build=_build,
    options=ResNetOptions,
)
