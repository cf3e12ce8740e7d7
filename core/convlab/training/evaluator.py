"""Evaluation in chunks, the metrics averaged over examples."""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convlab.data.image_data import Split
from convlab.training.batches import batches
from convlab.training.metrics import MetricSet

# Pixel values a chunk: large enough to keep the cores busy, small enough for a laptop's memory.
_VALUES_PER_CHUNK = 2**20
_LARGEST_CHUNK = 1024


def chunk_of(model: keras.Model) -> int:
    """Return how many images a model is given at a time where it is not trained."""
    return max(1, min(_LARGEST_CHUNK, _VALUES_PER_CHUNK // int(np.prod(model.input_shape[1:]))))


class Evaluator:
    """MetricSet a model on labelled images.

    Args:
        model: from uint8 images to logits.
        loss: of labels and logits.
        measures: what to keep count of; reset before each evaluation.
    """

    def __init__(self, model: keras.Model, loss: keras.losses.Loss, measures: MetricSet) -> None:
        self._model = model
        self._loss = loss
        self._measures = measures
        pixels = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
        self._add_chunk = tf.function(
            partial(self._add), input_signature=[pixels, tf.TensorSpec((None,), tf.int64)]
        )
        self._chunk = chunk_of(model)

    def evaluate(
        self,
        split: Split,
        indices: npt.NDArray[np.int64] | None = None,
        *,
        between: Callable[[], None] = lambda: None,
        keep: Callable[[npt.NDArray[np.float32]], object] | None = None,
    ) -> dict[str, float]:
        """Return the loss and each metric over a split.

        Args:
            split: images and labels.
            indices: the images to look at; all of them by default.
            between: called after each chunk; what it raises ends the evaluation.
            keep: called with the logits of each chunk, ``(chunk, num_classes)``.
        """
        self._measures.reset()
        indices = np.arange(len(split.labels)) if indices is None else indices
        for images, labels in batches(split, indices, self._chunk):
            logits = self._add_chunk(images, labels)
            if keep is not None:
                keep(logits.numpy())
            between()
        return self._measures.results()

    def _add(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        logits = self._model(images, training=False)
        self._measures.update(labels, logits, self._loss(labels, logits))
        return logits
