"""Horizontal flips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from convlab import Augmentation


@dataclass(frozen=True)
class FlipOptions:
    """Options of ``flip``."""

    probability: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Probability that an image is flipped."""


def _flip(input_shape: Any, num_classes: int, options: FlipOptions) -> Callable[..., Any]:
    import tensorflow as tf

    def flip(images: Any, labels: Any, random: Any) -> Any:
        chosen = random.uniform((tf.shape(images)[0], 1, 1, 1)) < options.probability
        return tf.where(chosen, images[:, :, ::-1], images), labels

    return flip


def _alternating_flip(input_shape: Any, num_classes: int, options: None) -> Callable[..., Any]:
    """Flip a random half of the images in the first epoch and the other half in the next, in turn."""
    import tensorflow as tf

    def flip(images: Any, labels: Any, random: Any) -> Any:
        starts_flipped = tf.cast(random.uniform_per_image() < 0.5, tf.int32)
        chosen = (starts_flipped + random.epoch) % 2 == 0
        return tf.where(chosen[:, None, None, None], images[:, :, ::-1], images), labels

    return flip


FLIP = Augmentation(name="flip", summary="Horizontal flip of random images", build=_flip, options=FlipOptions)
ALTERNATING_FLIP = Augmentation(
    name="alternating_flip",
    summary="Horizontal flip of each image in every second epoch (Jordan 2024)",
    build=_alternating_flip,
)
