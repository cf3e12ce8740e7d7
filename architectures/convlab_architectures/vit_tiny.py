"""A small vision transformer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from convlab import Architecture, ConfigError, Search

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class ViTOptions:
    """Options of ``vit_tiny``."""

    patch_size: Annotated[int, Field(ge=1)] = 4
    """Height and width of a patch."""
    dimension: Annotated[int, Field(ge=1)] = 192
    """Length of the vector of a patch; must be a multiple of ``heads``."""
    depth: Annotated[int, Field(ge=1)] = 6
    """Number of blocks of attention and multilayer perceptron."""
    heads: Annotated[int, Field(ge=1)] = 3
    """Attention heads."""
    dropout: Annotated[float, Field(ge=0, lt=1), Search(low=0.0, high=0.3)] = 0.0
    """Fraction of each block's outputs dropped during training."""

    def __post_init__(self) -> None:
        if self.dimension % self.heads:
            raise TypeError(f"dimension must be a multiple of heads ({self.heads}), got {self.dimension}")


def _build(input_shape: tuple[int, int, int], num_classes: int, options: ViTOptions) -> keras.Model:
    """Build the network of Dosovitskiy et al. (2021), with the mean of all patches for a class token."""
    import keras
    from keras import layers

    from convlab_architectures.position_embedding import PositionEmbedding

    size, dimension = options.patch_size, options.dimension
    if min(input_shape[:2]) < size:
        raise ConfigError(
            f"`architecture_options.patch_size`: must be at most the size of the images, "
            f"{input_shape[0]}×{input_shape[1]}, got {size}"
        )
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(dimension, size, size, padding="same", name="patches")(inputs)
    x = PositionEmbedding()(layers.Reshape((-1, dimension))(x))
    for _ in range(options.depth):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        y = layers.MultiHeadAttention(options.heads, dimension // options.heads)(y, y)
        x = layers.Add()([x, layers.Dropout(options.dropout)(y)])
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        y = layers.Dense(4 * dimension, activation="gelu")(y)
        y = layers.Dense(dimension)(y)
        x = layers.Add()([x, layers.Dropout(options.dropout)(y)])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization(epsilon=1e-6)(x))
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="vit_tiny")


VIT_TINY = Architecture(
    name="vit_tiny",
    summary="Vision transformer (Dosovitskiy et al. 2021) of the width of DeiT-Tiny",
    build=_build,
    options=ViTOptions,
)
