"""The residual networks for CIFAR-10 of He et al. (2016), section 4.2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from convlab import Architecture
from pydantic import Field

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class ResNetOptions:
    """Options of ``resnet20`` and ``resnet32``."""

    filters: Annotated[int, Field(ge=1)] = 16
    """Filters of the first of three stages; each stage has twice as many as the one before."""
    shortcut: Literal["A", "B"] = "A"
    """Shortcut where the shape changes: A subsamples and pads with zeros; B is a 1×1 convolution."""


def build_resnet(
    input_shape: tuple[int, int, int], num_classes: int, options: ResNetOptions, *, depth: int
) -> keras.Model:
    """Build a network of ``6n + 2`` layers with weights, with ``n`` blocks per stage.

    Args:
        input_shape: height, width and channels of an image; at least 8×8 is recommended.
        num_classes: the number of logits.
        options: width and type of shortcut.
        depth: ``6n + 2``.
    """
    import keras
    from keras import layers

    def convolution(x: Any, filters: int, kernel_size: int = 3, strides: int = 1) -> Any:
        x = layers.Conv2D(
            filters, kernel_size, strides, padding="same", use_bias=False, kernel_initializer="he_normal"
        )(x)
        return layers.BatchNormalization()(x)

    def shortcut(x: Any, filters: int, strides: int) -> Any:
        if x.shape[-1] == filters and strides == 1:
            return x
        if options.shortcut == "B":
            return convolution(x, filters, kernel_size=1, strides=strides)
        x = layers.AveragePooling2D(pool_size=1, strides=strides, padding="same")(x)
        return keras.ops.pad(x, [(0, 0), (0, 0), (0, 0), (0, filters - x.shape[-1])])

    def block(x: Any, filters: int, strides: int) -> Any:
        residual = layers.ReLU()(convolution(x, filters, strides=strides))
        residual = convolution(residual, filters)
        return layers.ReLU()(layers.Add()([residual, shortcut(x, filters, strides)]))

    inputs = keras.Input(input_shape)
    x = layers.ReLU()(convolution(inputs, options.filters))
    for stage in range(3):
        for number in range((depth - 2) // 6):
            x = block(x, options.filters * 2**stage, strides=2 if stage and not number else 1)
    x = layers.GlobalAveragePooling2D()(x)
    logits = layers.Dense(num_classes, kernel_initializer="he_normal")(x)
    return keras.Model(inputs, logits, name=f"resnet{depth}")


def _resnet(depth: int) -> Callable[[tuple[int, int, int], int, ResNetOptions], keras.Model]:
    def build(input_shape: tuple[int, int, int], num_classes: int, options: ResNetOptions) -> keras.Model:
        return build_resnet(input_shape, num_classes, options, depth=depth)

    return build


RESNET20 = Architecture(
    name="resnet20",
    summary="Residual network with 20 layers for small images (He et al. 2016)",
    build=_resnet(20),
    options=ResNetOptions,
)
RESNET32 = Architecture(
    name="resnet32",
    summary="Residual network with 32 layers for small images (He et al. 2016)",
    build=_resnet(32),
    options=ResNetOptions,
)
