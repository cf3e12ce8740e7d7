"""Batches of a split in a given order, from memory or read ahead from a stream."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convlab.data.image_data import Split
from convlab.data.image_stream import ImageStream
from convlab.errors import ConvlabError

Order = npt.NDArray[np.int64] | npt.NDArray[np.int32]

# Pixel values read ahead of training, roughly; at least two batches.
_VALUES_AHEAD = 2**24
_MAX_THREADS = 16


def batches(
    split: Split, order: Order, batch_size: int
) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]]:
    """Yield images and labels, one batch at a time.

    Args:
        split: the images and labels.
        order: positions in the split.
        batch_size: images per batch; the last batch may have fewer.

    Raises:
        DataError: a stream can no longer be read.
    """
    if isinstance(split.images, ImageStream):
        reader = StreamReader(split.images)
        with reader.reraise_read_errors():
            for images, positions in reader.batches(order, batch_size).as_numpy_iterator():
                yield images, split.labels[positions]
        return
    for start in range(0, len(order), batch_size):
        positions = order[start : start + batch_size]
        yield split.images[positions], split.labels[positions]


class StreamReader:
    """Reads batches of a stream ahead, in parallel and in order.

    Args:
        stream: the images.
    """

    def __init__(self, stream: ImageStream) -> None:
        self._stream = stream
        self._error: ConvlabError | None = None

    def batches(self, order: Order, batch_size: int) -> tf.data.Dataset:
        """Return a dataset of batches: images, and their positions in the stream.

        Memory depends on the batch size, not on the number of batches: positions are shuffled, not images.
        """
        threads = min(os.cpu_count() or 1, _MAX_THREADS)
        ahead = max(2, _VALUES_AHEAD // (batch_size * int(np.prod(self._stream.shape[1:]))))
        options = tf.data.Options()
        options.deterministic = True
        # A pool of its own: reading must not take threads from the training step.
        options.threading.private_threadpool_size = threads
        return (
            tf.data.Dataset.from_tensor_slices(order)
            .batch(batch_size)
            .map(self._read_in_graph, num_parallel_calls=threads)
            .prefetch(ahead)
            .with_options(options)
        )

    @contextmanager
    def reraise_read_errors(self) -> Iterator[None]:
        """Replace TensorFlow's error by the stream's own, if reading caused it.

        Raises:
            DataError: the stream could not be read.
        """
        try:
            yield
        except tf.errors.OpError as error:
            if self._error is None:
                raise
            raise self._error from error

    def _read_in_graph(self, positions: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images = tf.numpy_function(self._read, [positions], tf.uint8, stateful=False)
        return tf.ensure_shape(images, (None, *self._stream.shape[1:])), positions

    def _read(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        try:
            return self._stream[positions]
        except ConvlabError as error:
            self._error = error
            raise
