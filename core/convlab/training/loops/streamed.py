"""The tape loop over images that are read while it trains."""

from functools import partial

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convlab.data.image_data import Split
from convlab.data.image_stream import ImageStream
from convlab.training.batches import StreamReader
from convlab.training.loops.protocol import OnSteps
from convlab.training.loops.tape import TapeLoop


class StreamedTapeLoop(TapeLoop):
    """Runs the graph of ``TapeLoop`` on batches that are read while earlier ones train."""

    def _hold(self, split: Split) -> None:
        assert isinstance(split.images, ImageStream)
        self._reader = StreamReader(split.images)
        self._all_labels = split.labels
        self._shape = split.images.shape[1:]
        if not self._xla:  # one graph for any number of steps
            self._run_steps = tf.function(
                partial(self._steps, batch_size=self._plan.batch_size),
                input_signature=[
                    tf.TensorSpec((None, *self._shape), tf.uint8),
                    tf.TensorSpec((None,), tf.int64),
                    tf.TensorSpec((None,), tf.int32),
                    tf.TensorSpec((), tf.int32),
                ],
            )

    def train_epoch(
        self, order: npt.NDArray[np.int32], steps: int, on_steps: OnSteps, *, first: int = 0
    ) -> None:
        """Train on the images; see ``TrainingLoop``."""
        batch_size = self._plan.batch_size
        remaining = order[first * batch_size : steps * batch_size]
        with self._reader.reraise_read_errors():
            self._batches = iter(self._reader.batches(remaining, batch_size))
            super().train_epoch(order, steps, on_steps, first=first)

    def _call(self, order: npt.NDArray[np.int32], first: int, until: int, batch_size: int) -> tf.Tensor:
        steps = until - first
        batches = [next(self._batches)[0] for _ in range(steps)]
        start = first * self._plan.batch_size
        positions = order[start : until * self._plan.batch_size]
        labels = self._all_labels[positions]
        if not self._xla:
            images = tf.concat(batches, 0) if batches else np.zeros((0, *self._shape), np.uint8)
            return self._run_steps(images, labels, positions, tf.constant(steps))
        # XLA compiled for a fixed number of images; no step sees the padding.
        count = batch_size * (self._steps_per_call if batch_size == self._plan.batch_size else 1)
        missing = count - len(labels)
        images = tf.concat([*batches, np.zeros((missing, *self._shape), np.uint8)], 0)
        padded = (np.pad(array, (0, missing)) for array in (labels, positions))
        return self._run_steps(images, *padded, tf.constant(steps), batch_size)
