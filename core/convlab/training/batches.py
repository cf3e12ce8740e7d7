"""Batches of a split in a given order, from memory or from a stream that is read ahead."""

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

# What is read ahead of the training and waits in memory, roughly; at least two batches.
_VALUES_AHEAD = 2**24
_MOST_THREADS = 16


def batches(
    split: Split, order: Order, batch_size: int
) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]]:
    """Yield images and labels, a batch at a time.

    Args:
        split: where they are from.
        order: their positions in the split.
        batch_size: images a batch; the last may have fewer.

    Raises:
        DataError: the images of a stream can no longer be read.
    """
    if isinstance(split.images, ImageStream):
        reader = StreamReader(split.images)
        with reader.reraise_read_errors():
            for images, positions in reader.batches(order, batch_size).as_numpy_iterator():
                yield images, split.labels[positions]
        return
    for start in range(0, len(order), batch_size):
        some = order[start : start + batch_size]
        yield split.images[some], split.labels[some]


class StreamReader:
    """Reads batches of a stream ahead, several at once, in the order that is wanted.

    Args:
        stream: the images.
    """

    def __init__(self, stream: ImageStream) -> None:
        self._stream = stream
        self._error: ConvlabError | None = None

    def batches(self, order: Order, batch_size: int) -> tf.data.Dataset:
        """Return the batches of images, each with its images' positions in the stream.

        What is in memory depends on the size of a batch, not on their number: the order is one of
        positions, and no images are kept to be shuffled.
        """
        threads = min(os.cpu_count() or 1, _MOST_THREADS)
        ahead = max(2, _VALUES_AHEAD // (batch_size * int(np.prod(self._stream.shape[1:]))))
        options = tf.data.Options()
        options.deterministic = True
        options.threading.private_threadpool_size = threads  # those of the training step shall not wait
        return (
            tf.data.Dataset.from_tensor_slices(order)
            .batch(batch_size)
            .map(self._read_in_graph, num_parallel_calls=threads)
            .prefetch(ahead)
            .with_options(options)
        )

    @contextmanager
    def reraise_read_errors(self) -> Iterator[None]:
        """Turn the error that a graph ends with, where reading was its cause, into what the reader said.

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
