"""RandAugment: a few random operations of one strength."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from convlab import Augmentation


@dataclass(frozen=True)
class RandAugmentOptions:
    """Options of ``rand_augment``."""

    operations: Annotated[int, Field(ge=1)] = 2
    """Operations per image, each chosen at random."""
    magnitude: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Strength of the operations, as a fraction of the largest; 0.3 is 9 of 30 in the paper."""


def _build(
    input_shape: tuple[int, int, int], num_classes: int, options: RandAugmentOptions
) -> Callable[..., Any]:
    """Apply random operations in turn; every image of the batch has its own."""
    import tensorflow as tf

    from convlab_plugins.augmentations.rand_augment_operations import OPERATIONS, applied

    def rand_augment(images: Any, labels: Any, random: Any) -> Any:
        images, batch = tf.cast(images, tf.float32), tf.shape(images)[0]
        for _ in range(options.operations):
            chosen = random.integers((batch,), 0, len(OPERATIONS))
            sign = tf.where(random.uniform((batch,)) < 0.5, -1.0, 1.0)
            images = applied(images, chosen, sign, options.magnitude)
        return images, labels

    return rand_augment


RAND_AUGMENT = Augmentation(
    name="rand_augment",
    summary="Random operations on shape and color (Cubuk et al. 2020)",
    build=_build,
    options=RandAugmentOptions,
)
