"""Random changes of brightness, contrast, saturation and hue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from convlab import Augmentation


@dataclass(frozen=True)
class ColorJitterOptions:
    """Options of ``color_jitter``."""

    brightness: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Largest change of the brightness, as a fraction of it."""
    contrast: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Largest change of the contrast, as a fraction of it."""
    saturation: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Largest change of the saturation, as a fraction of it; for color images."""
    hue: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Largest change of the hue, as a fraction of the color circle; for color images."""


def _build(
    input_shape: tuple[int, int, int], num_classes: int, options: ColorJitterOptions
) -> Callable[..., Any]:
    import tensorflow as tf

    from convlab_plugins.augmentations.color_operations import blended, gray, hue_shifted, mean_gray

    has_colors = input_shape[2] == 3

    def jitter(images: Any, labels: Any, random: Any) -> Any:
        images, one_each = tf.cast(images, tf.float32), (tf.shape(images)[0], 1, 1, 1)

        def factor(largest: float) -> Any:
            return random.uniform(one_each, 1 - largest, 1 + largest)

        if options.brightness:
            images = blended(tf.zeros_like(images), images, factor(options.brightness))
        if options.contrast:
            images = blended(mean_gray(images), images, factor(options.contrast))
        if options.saturation and has_colors:
            images = blended(gray(images), images, factor(options.saturation))
        if options.hue and has_colors:
            images = hue_shifted(images, random.uniform(one_each[:-1], -options.hue, options.hue))
        return images, labels

    return jitter


COLOR_JITTER = Augmentation(
    name="color_jitter",
    summary="Random brightness, contrast, saturation and hue",
    build=_build,
    options=ColorJitterOptions,
)
