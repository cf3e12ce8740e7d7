"""Rotations and shifts, with linear interpolation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from convlab import Augmentation


@dataclass(frozen=True)
class RotationOptions:
    """Options of ``rotation``."""

    degrees: Annotated[float, Field(gt=0, le=180)] = 15.0
    """Largest angle, in either direction."""
    mode: Literal["constant", "reflect", "edge"] = "constant"
    """What is outside of the image: black, the mirrored image, or its edge."""


@dataclass(frozen=True)
class ShiftOptions:
    """Options of ``shift``."""

    height: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Largest vertical distance, as a fraction of the height."""
    width: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Largest horizontal distance, as a fraction of the width."""
    mode: Literal["constant", "reflect", "edge"] = "constant"
    """What is outside of the image: black, the mirrored image, or its edge."""


def _rotation(input_shape: Any, num_classes: int, options: RotationOptions) -> Callable[..., Any]:
    import tensorflow as tf

    from convlab_plugins.augmentations.sampling import transformed

    largest = math.radians(options.degrees)

    def rotate(images: Any, labels: Any, random: Any) -> Any:
        angles = random.uniform((tf.shape(images)[0],), -largest, largest)
        sine, cosine, zero = tf.sin(angles), tf.cos(angles), tf.zeros_like(angles)
        matrices = tf.stack([tf.stack([cosine, sine, zero], 1), tf.stack([-sine, cosine, zero], 1)], 1)
        return transformed(images, matrices, options.mode), labels

    return rotate


def _shift(input_shape: tuple[int, int, int], num_classes: int, options: ShiftOptions) -> Callable[..., Any]:
    import tensorflow as tf

    from convlab_plugins.augmentations.sampling import interpolated_at

    height, width, _ = input_shape

    def shift(images: Any, labels: Any, random: Any) -> Any:
        moved = random.uniform((2, tf.shape(images)[0], 1, 1), -1.0, 1.0)
        rows = tf.range(height, dtype=tf.float32)[:, None] + options.height * height * moved[0]
        columns = tf.range(width, dtype=tf.float32) + options.width * width * moved[1]
        return interpolated_at(images, rows, columns, options.mode), labels

    return shift


ROTATION = Augmentation(
    name="rotation", summary="Rotation by a random angle", build=_rotation, options=RotationOptions
)
SHIFT = Augmentation(name="shift", summary="Shift by a random distance", build=_shift, options=ShiftOptions)
