"""The part that varies the training images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from convlab.parts.part import Kind, Part

if TYPE_CHECKING:
    from convlab.training.augmentation.randomness import Randomness

    Augment = Callable[[Any, Any, Randomness], tuple[Any, Any]]

_CHECKS = "convlab.inspect.checks.augmentations"


@dataclass(frozen=True, kw_only=True)
class Augmentation(Part):
    """A random change of the training images, applied to whole batches before the pixels are scaled.

    Attributes:
        build: called as ``build(input_shape, num_classes, options)``, where ``input_shape`` is
            ``(height, width, channels)``; returns a function ``augment(images, labels, random)`` of
            TensorFlow operations, which is compiled with the training step. It takes and returns images
            ``(batch, height, width, channels)`` with values from 0 to 255, as uint8 or float32, and labels:
            int64 ``(batch,)``, or float32 probabilities ``(batch, num_classes)`` if images were mixed.
            ``random`` is a ``Randomness``, the only source of random numbers that lets a run resume.

    Example::

        from convlab import Augmentation, hookimpl

        def build(input_shape, num_classes, options):
            import tensorflow as tf

            def invert(images, labels, random):
                chosen = random.uniform((tf.shape(images)[0], 1, 1, 1)) < 0.5
                return tf.where(chosen, 255 - images, images), labels

            return invert

        @hookimpl
        def convlab_augmentations():
            return [Augmentation(name="invert", summary="Inverts half of the images", build=build)]
    """

    kind: ClassVar[Kind] = Kind(
        name="augmentation",
        setting="augment",
        help="How training images are varied, in this order.",
        default=(),
        several=True,
        subject=f"{_CHECKS}.augmentation_subject:AugmentationSubject",
        checks=(f"{_CHECKS}.batches",),
        begin_with="noise.py",
    )
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("input_shape", "num_classes", "options")

    build: Callable[[tuple[int, int, int], int, Any], Augment]
