"""A convolutional network that trains in few epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from convlab import Architecture, ConfigError

if TYPE_CHECKING:
    import keras

_SMALLEST = 4
_LOGIT_SCALE = 1 / 9


@dataclass(frozen=True)
class FastNetOptions:
    """Options of ``fastnet``."""

    filters: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] = (64, 256, 256)
    """Filters of each block of two convolutions."""
    activation: Literal["gelu", "relu", "silu"] = "gelu"
    """Activation after each normalization."""


def _build(input_shape: tuple[int, int, int], num_classes: int, options: FastNetOptions) -> keras.Model:
    """Build the network of airbench94 (Keller Jordan 2024, arXiv:2404.00498).

    The first layer whitens patches of 2×2 pixels and is fitted to the training images; only its bias is
    trained. The convolutions start as the identity, as far as they have outputs for their inputs, and the
    logits are scaled down. The paper trains it with ``alternating_flip``, ``crop`` (padding 2, ``reflect``),
    label smoothing of 0.2, and a high learning rate for the biases of the normalizations.
    """
    import keras
    from keras import layers

    from convlab_architectures.partial_identity import PartialIdentity
    from convlab_architectures.patch_whitening import PatchWhitening

    height, width, _ = input_shape
    if min(height, width) < _SMALLEST:
        raise ConfigError(f"images must be at least {_SMALLEST}×{_SMALLEST}, got {height}×{width}")

    def activated(x: Any) -> Any:
        if options.activation == "gelu":  # the approximation is several times faster on a CPU
            return keras.ops.gelu(x, approximate=True)
        return layers.Activation(options.activation)(x)

    def convolution(x: Any, filters: int) -> Any:
        return layers.Conv2D(
            filters, 3, padding="same", use_bias=False, kernel_initializer=PartialIdentity()
        )(x)

    def normalized(x: Any) -> Any:
        return layers.BatchNormalization(momentum=0.6, epsilon=1e-5, scale=False)(x)

    inputs = keras.Input(input_shape)
    x = activated(PatchWhitening()(inputs))
    for filters in options.filters:
        x = convolution(x, filters)
        if min(x.shape[1:3]) >= 2:
            x = layers.MaxPool2D()(x)
        x = activated(normalized(x))
        x = activated(normalized(convolution(x, filters)))
    x = layers.GlobalMaxPooling2D()(x)
    logits = layers.Dense(num_classes, use_bias=False)(x)
    return keras.Model(inputs, layers.Rescaling(_LOGIT_SCALE)(logits), name="fastnet")


FASTNET = Architecture(
    name="fastnet",
    summary="Whitened patches and wide convolutions for few epochs (Jordan 2024)",
    build=_build,
    options=FastNetOptions,
)
