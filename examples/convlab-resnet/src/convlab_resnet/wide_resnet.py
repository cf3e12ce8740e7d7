"""Wide residual networks (Zagoruyko and Komodakis 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from convlab import Architecture
from pydantic import Field

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class WideResNetOptions:
    """Options of ``wide_resnet``; the defaults are WRN-16-4."""

    depth: Annotated[int, Field(ge=10)] = 16
    """Number of layers with weights, 6n + 4, such as 10, 16, 22 or 28."""
    widen_factor: Annotated[int, Field(ge=1)] = 4
    """Factor by which the filters of the ResNet are multiplied."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Dropout rate between the two convolutions of a block."""

    def __post_init__(self) -> None:
        if self.depth % 6 != 4:
            raise ValueError(f"depth must be 6n + 4, such as 10, 16, 22 or 28; got {self.depth}")


def build_wide_resnet(
    input_shape: tuple[int, int, int], num_classes: int, options: WideResNetOptions
) -> keras.Model:
    """Build a network of pre-activation blocks: normalization and ReLU come before each convolution.

    Args:
        input_shape: height, width and channels of an image; at least 8×8 is recommended.
        num_classes: the number of logits.
        options: depth, width and dropout rate.
    """
    import keras
    from keras import layers

    def convolution(x: Any, filters: int, kernel_size: int = 3, strides: int = 1) -> Any:
        return layers.Conv2D(
            filters, kernel_size, strides, padding="same", use_bias=False, kernel_initializer="he_normal"
        )(x)

    def activation(x: Any) -> Any:
        return layers.ReLU()(layers.BatchNormalization()(x))

    def block(x: Any, filters: int, strides: int) -> Any:
        activated = activation(x)
        residual = activation(convolution(activated, filters, strides=strides))
        if options.dropout:
            residual = layers.Dropout(options.dropout)(residual)
        residual = convolution(residual, filters)
        if x.shape[-1] != filters or strides != 1:
            x = convolution(activated, filters, kernel_size=1, strides=strides)
        return layers.Add()([x, residual])

    inputs = keras.Input(input_shape)
    x = convolution(inputs, 16)
    for stage in range(3):
        for number in range((options.depth - 4) // 6):
            filters = 16 * options.widen_factor * 2**stage
            x = block(x, filters, strides=2 if stage and not number else 1)
    x = layers.GlobalAveragePooling2D()(activation(x))
    logits = layers.Dense(num_classes, kernel_initializer="he_normal")(x)
    return keras.Model(inputs, logits, name=f"wide_resnet_{options.depth}_{options.widen_factor}")


WIDE_RESNET = Architecture(
    name="wide_resnet",
    summary="Wide residual network, WRN-16-4 by default (Zagoruyko and Komodakis 2016)",
    build=build_wide_resnet,
    options=WideResNetOptions,
)
