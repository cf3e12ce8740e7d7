"""Rectangles of the images erased."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from convlab import Augmentation

# Top, number of rows, left and number of columns, to top, bottom, left and right.
_BOUNDS = ((1.0, 1.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 0.0, 1.0))
_Fraction = Annotated[float, Field(gt=0, le=1)]
_Pixel = Annotated[int, Field(ge=0, le=255)]


@dataclass(frozen=True)
class CutoutOptions:
    """Options of ``cutout``."""

    size: _Fraction = 0.5
    """Side of the square, as a fraction of the image's shorter side."""
    fill: _Pixel = 128
    """Value of the erased pixels, from 0 to 255."""


@dataclass(frozen=True)
class RandomErasingOptions:
    """Options of ``random_erasing``."""

    probability: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Probability that a part of an image is erased."""
    min_area: _Fraction = 0.02
    """Smallest erased part of the image."""
    max_area: _Fraction = 0.33
    """Largest erased part of the image."""
    aspect_ratio: Annotated[float, Field(ge=1)] = 3.3
    """Largest ratio of the sides of the erased rectangle."""
    fill: Literal["noise"] | _Pixel = "noise"
    """Value of the erased pixels: ``noise``, or a number from 0 to 255."""

    def __post_init__(self) -> None:
        if self.min_area > self.max_area:
            raise TypeError(f"min_area must be at most max_area ({self.max_area}), got {self.min_area}")


def _cutout(
    input_shape: tuple[int, int, int], num_classes: int, options: CutoutOptions
) -> Callable[..., Any]:
    """Erase a square whose center is anywhere in the image, so that it may be cut off at the edges."""
    import tensorflow as tf

    height, width, _ = input_shape
    side = max(1, round(options.size * min(height, width)))

    def cutout(images: Any, labels: Any, random: Any) -> Any:
        batch = tf.shape(images)[0]
        top = random.integers((batch, 1), 0, height) - side // 2
        left = random.integers((batch, 1), 0, width) - side // 2
        erased = _rectangles(input_shape, top, top + side, left, left + side)
        return tf.where(erased, tf.cast(options.fill, images.dtype), images), labels

    return cutout


def _random_erasing(
    input_shape: tuple[int, int, int], num_classes: int, options: RandomErasingOptions
) -> Callable[..., Any]:
    import tensorflow as tf

    height, width, _ = input_shape
    log_ratio = math.log(options.aspect_ratio)

    def erase(images: Any, labels: Any, random: Any) -> Any:
        one_each = (tf.shape(images)[0], 1)
        chosen = tf.cast(random.uniform(one_each) < options.probability, tf.float32)
        area = random.uniform(one_each, options.min_area, options.max_area) * (height * width)
        ratio = tf.exp(random.uniform(one_each, -log_ratio, log_ratio))
        rows = chosen * tf.clip_by_value(tf.round(tf.sqrt(area * ratio)), 1.0, float(height))
        columns = tf.clip_by_value(tf.round(tf.sqrt(area / ratio)), 1.0, float(width))
        top = tf.floor(random.uniform(one_each) * (height - rows + 1))
        left = tf.floor(random.uniform(one_each) * (width - columns + 1))
        # As a product, which XLA computes once for each image and not for each pixel.
        bounds = tf.concat([top, rows, left, columns], 1) @ tf.constant(_BOUNDS)
        erased = _rectangles(input_shape, *tf.split(tf.cast(bounds, tf.int32), 4, axis=1))
        if options.fill == "noise":
            fill = tf.cast(256 * random.uniform(input_shape), images.dtype)  # one for the batch is enough
        else:
            fill = tf.cast(options.fill, images.dtype)
        return tf.where(erased, fill, images), labels

    return erase


def _rectangles(input_shape: tuple[int, int, int], top: Any, bottom: Any, left: Any, right: Any) -> Any:
    """Return which pixels are in rectangles, ``(batch, height, width, 1)``, given bounds ``(batch, 1)``."""
    import tensorflow as tf

    rows, columns = tf.range(input_shape[0]), tf.range(input_shape[1])
    in_rows, in_columns = (rows >= top) & (rows < bottom), (columns >= left) & (columns < right)
    return (in_rows[:, :, None] & in_columns[:, None])[..., None]


CUTOUT = Augmentation(
    name="cutout",
    summary="A square erased at a random place (DeVries and Taylor 2017)",
    build=_cutout,
    options=CutoutOptions,
)
RANDOM_ERASING = Augmentation(
    name="random_erasing",
    summary="A rectangle of random size erased (Zhong et al. 2020)",
    build=_random_erasing,
    options=RandomErasingOptions,
)
