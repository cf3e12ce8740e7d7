"""The part that training minimizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from convlab.parts.part import Kind, Part

if TYPE_CHECKING:
    import keras

_CHECKS = "convlab.inspect.checks.losses"


@dataclass(frozen=True, kw_only=True)
class Loss(Part):
    """A loss over labels and logits, averaged over the images of a batch.

    Attributes:
        build: called as ``build(class_counts, options)``, where ``class_counts`` is a tuple with the number
            of training images of each class; returns a ``keras.losses.Loss``. It is called with float32
            logits ``(batch, num_classes)`` and with labels: integers ``(batch,)`` or, if an augmentation
            mixes images, probabilities ``(batch, num_classes)``.

    Example::

        from convlab import Loss, hookimpl

        def build(class_counts, options):
            import keras

            class BrierScore(keras.losses.Loss):
                def call(self, labels, logits):
                    if len(labels.shape) == 1:
                        labels = keras.ops.one_hot(keras.ops.cast(labels, "int32"), len(class_counts))
                    return keras.ops.sum((keras.ops.softmax(logits) - labels) ** 2, axis=-1)

            return BrierScore()

        @hookimpl
        def convlab_losses():
            return [Loss(name="brier", summary="Brier (1950)", build=build)]
    """

    kind: ClassVar[Kind] = Kind(
        name="loss",
        help="The loss that training minimizes.",
        default="cross_entropy",
        subject=f"{_CHECKS}.loss_subject:LossSubject",
        checks=(f"{_CHECKS}.values",),
        begin_with="brier.py",
    )
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("class_counts", "options")

    build: Callable[[tuple[int, ...], Any], keras.losses.Loss]
