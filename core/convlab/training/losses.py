"""The loss of an experiment, built for its data and checked before training."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from convlab.errors import PluginError, in_one_line
from convlab.host import ProvidedPart
from convlab.host.provider import build_part
from convlab.parts import Loss


def build_loss(loss: ProvidedPart[Loss], options: Any, class_counts: Sequence[int]) -> keras.losses.Loss:
    """Build a loss and run it on a trial batch.

    Args:
        loss: the part.
        options: an instance of its options class; ``None`` if it has none.
        class_counts: the number of training images of each class.

    Raises:
        ConvlabError: the loss refuses its options.
        PluginError: it cannot be built, or does not accept labels and logits.
    """
    built = build_part(loss, tuple(map(int, class_counts)), options)
    check_loss(built, len(class_counts), str(loss))
    return built


def check_loss(loss: Any, num_classes: int, owner: str, *, mixed_labels: bool = False) -> None:
    """Compute a loss of two images.

    Args:
        loss: what a plugin built.
        num_classes: the number of logits.
        owner: the part that built it, for messages.
        mixed_labels: whether the labels are probabilities instead of integers.

    Raises:
        PluginError: it is not a Keras loss, or does not return one finite number.
    """
    if not isinstance(loss, keras.losses.Loss):
        raise PluginError(f"{owner} must build a keras Loss, got {type(loss).__name__}")
    labels: Any = np.array([0, num_classes - 1])
    shape = "(batch,)"
    if mixed_labels:
        labels, shape = np.full((2, num_classes), 1 / num_classes, np.float32), f"(batch, {num_classes})"
    try:
        value = np.asarray(loss(labels, np.zeros((2, num_classes), np.float32)))
    except Exception as error:
        raise PluginError(
            f"{owner} failed on labels of shape {shape} and logits of shape (batch, {num_classes}): "
            f"{in_one_line(error)}"
        ) from error
    if value.shape != ():
        raise PluginError(
            f"{owner} must return the mean of the batch, got an array of shape {value.shape}; keep the "
            "default reduction"
        )
    if not math.isfinite(value):
        raise PluginError(f"{owner} must return a finite number, got {float(value)} for logits of zero")
