"""Evaluation in chunks, with metrics averaged over images."""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convlab.data.image_data import Split
from convlab.training.batches import batches
from convlab.training.metrics import MetricSet
from convlab.training.step import total_loss

# Pixel values per chunk: enough to keep the cores busy, little enough for a laptop's memory.
_VALUES_PER_CHUNK = 2**20
_LARGEST_CHUNK = 1024


def chunk_size(model: keras.Model) -> int:
    """Return how many images a model gets at a time outside of training."""
    return max(1, min(_LARGEST_CHUNK, _VALUES_PER_CHUNK // int(np.prod(model.input_shape[1:]))))


class Evaluator:
    """Evaluates a model on labelled images.

    Args:
        model: maps uint8 images to logits.
        loss: of labels and logits.
        metrics: reset before each evaluation.
    """

    def __init__(self, model: keras.Model, loss: keras.losses.Loss, metrics: MetricSet) -> None:
        self._model = model
        self._loss = loss
        self._metrics = metrics
        pixels = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
        # partial: TensorFlow takes a method of many evaluators for one function that is retraced too often.
        self._add_chunk = {
            flips: tf.function(
                partial(self._add, flips=flips), input_signature=[pixels, tf.TensorSpec((None,), tf.int64)]
            )
            for flips in (False, True)
        }

    def evaluate(
        self,
        split: Split,
        indices: npt.NDArray[np.int64] | None = None,
        *,
        on_chunk_end: Callable[[], None] = lambda: None,
        on_logits: Callable[[npt.NDArray[np.float32]], object] | None = None,
        flips: bool = False,
    ) -> dict[str, float]:
        """Return the loss and each metric over a split.

        Args:
            split: images and labels.
            indices: positions to evaluate; all by default.
            on_chunk_end: called after each chunk; an exception ends the evaluation.
            on_logits: called with each chunk's logits, shape ``(chunk, num_classes)``.
            flips: whether the logits are the mean of those of an image and of its mirror image.
        """
        self._metrics.reset()
        indices = np.arange(len(split.labels)) if indices is None else indices
        for images, labels in batches(split, indices, chunk_size(self._model)):
            logits = self._add_chunk[flips](images, labels)
            if on_logits is not None:
                on_logits(logits.numpy())
            on_chunk_end()
        return self._metrics.results()

    def _add(self, images: tf.Tensor, labels: tf.Tensor, *, flips: bool) -> tf.Tensor:
        logits = self._model(images, training=False)
        if flips:
            logits = (logits + self._model(images[:, :, ::-1], training=False)) / 2
        self._metrics.update(labels, logits, total_loss(self._model, self._loss, labels, logits))
        return logits
