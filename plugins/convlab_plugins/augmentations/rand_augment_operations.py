"""The operations of RandAugment, each image of a batch under its own."""

import math
from typing import Any

import tensorflow as tf

from convlab_plugins.augmentations.color_operations import (
    auto_contrasted,
    blended,
    equalized,
    gray,
    mean_gray,
    posterized,
    smoothed,
    solarized,
)
from convlab_plugins.augmentations.sampling import transformed

OPERATIONS = (
    *("identity", "shear_x", "shear_y", "translate_x", "translate_y", "rotate"),
    *("brightness", "color", "contrast", "sharpness", "posterize", "solarize", "auto_contrast", "equalize"),
)


def applied(images: Any, chosen: Any, sign: Any, magnitude: float) -> Any:
    """Apply one operation to each image.

    The strengths are those of torchvision: shears up to 0.3, translations up to 45% of a side, rotations up
    to 30 degrees, blends up to 90%, and 4 bits.

    Args:
        images: float32 ``(batch, height, width, channels)``, from 0 to 255.
        chosen: the place in ``OPERATIONS`` of the operation of each image, ``(batch,)``.
        sign: the direction of the operations that have one, -1 or 1, ``(batch,)``.
        magnitude: the strength, from 0 to 1.
    """

    def where(name: str) -> Any:
        return (chosen == OPERATIONS.index(name))[:, None, None, None]

    factor = (1 + sign * 0.9 * magnitude)[:, None, None, None]
    moved = _moved(images, chosen, sign, magnitude)
    for name, changed in (
        ("brightness", blended(tf.zeros_like(images), images, factor)),
        ("color", blended(gray(images), images, factor)),
        ("contrast", blended(mean_gray(images), images, factor)),
        ("sharpness", blended(smoothed(images), images, factor)),
        ("posterize", posterized(images, 8.0 - round(4 * magnitude))),
        ("solarize", solarized(images, 255.0 * (1 - magnitude))),
        ("auto_contrast", auto_contrasted(images)),
        ("equalize", equalized(images)),
    ):
        moved = tf.where(where(name), changed, moved)
    return moved


def _moved(images: Any, chosen: Any, sign: Any, magnitude: float) -> Any:
    """Return images under the operations that move pixels; all others as they are."""
    height, width = images.shape[1:3]

    def strength(name: str, largest: float) -> Any:
        return tf.where(chosen == OPERATIONS.index(name), sign * largest * magnitude, 0.0)

    angle = strength("rotate", math.radians(30))
    sine, cosine = tf.sin(angle), tf.cos(angle)
    rows = tf.stack([cosine, sine + strength("shear_y", 0.3), strength("translate_y", 0.45 * height)], 1)
    columns = tf.stack([strength("shear_x", 0.3) - sine, cosine, strength("translate_x", 0.45 * width)], 1)
    return transformed(images, tf.stack([rows, columns], 1), "constant")
