"""The loop that Keras brings: compile and fit, over the same batches in the same order."""

import time
from contextlib import nullcontext
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convlab.data.image_data import Split
from convlab.data.image_stream import ImageStream
from convlab.training.batches import StreamReader
from convlab.training.loops.loop import OnSteps
from convlab.training.metrics import MetricSet
from convlab.training.plan import Plan


class FitLoop:
    """Trains with ``keras.Model.fit``; takes what ``TapeLoop`` takes."""

    def __init__(
        self,
        *,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: keras.losses.Loss,
        measures: MetricSet,
        split: Split,
        plan: Plan,
        xla: bool,
    ) -> None:
        self.measures = measures
        self.compile_seconds = 0.0
        # A model of its own around the same layers, so that the saved one carries no training state.
        self._trained = keras.Model(model.inputs, model.outputs)
        self._compile = {
            "optimizer": optimizer,
            "loss": loss,
            "metrics": list(measures.metrics.values()),
            "jit_compile": xla,
        }
        self._reader = StreamReader(split.images) if isinstance(split.images, ImageStream) else None
        self._images = None if self._reader else tf.convert_to_tensor(split.images)
        self._labels = tf.convert_to_tensor(split.labels)
        self._batch_size = plan.batch_size

    def compile(self) -> None:
        """Compile the model; Keras traces its graph with the first batch."""
        self._trained.compile(**self._compile)
        self.measures.loss = self._trained.metrics[0]  # Keras keeps the loss in a mean of its own

    def train_epoch(
        self, order: npt.NDArray[np.int32], steps: int, on_steps: OnSteps, *, first: int = 0
    ) -> None:
        """Pass over the images; see ``TrainingLoop``."""
        if first == steps:
            return
        rest = order[first * self._batch_size : steps * self._batch_size]
        with self._reader.reraise_read_errors() if self._reader else nullcontext():
            self._trained.fit(
                self._batches(rest),
                shuffle=False,  # the order is shuffled already
                verbose=0,
                callbacks=[_Follow(self, on_steps, first)],
            )

    def _batches(self, order: npt.NDArray[np.int32]) -> tf.data.Dataset:
        if self._reader:
            streamed = self._reader.batches(order, self._batch_size)
            return streamed.map(lambda images, batch: (images, tf.gather(self._labels, batch)))
        batches = tf.data.Dataset.from_tensor_slices(order).batch(self._batch_size)
        return batches.map(self._gather, num_parallel_calls=1).prefetch(tf.data.AUTOTUNE)

    def _gather(self, batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.gather(self._images, batch), tf.gather(self._labels, batch)


class _Follow(keras.callbacks.Callback):
    """Tells when batches end, and notes how long the first took to compile."""

    def __init__(self, loop: FitLoop, on_steps: OnSteps, first: int) -> None:
        super().__init__()
        self._loop = loop
        self._on_steps = on_steps
        self._first = first
        self._counts = [np.asarray(variable) for variable in loop.measures.variables()]
        self._start = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        # Keras has just reset them, which would forget the steps before the first.
        for variable, count in zip(self._loop.measures.variables(), self._counts, strict=True):
            variable.assign(count)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        if self._loop.compile_seconds == 0.0:
            self._loop.compile_seconds = time.perf_counter() - self._start
        self._on_steps(self._first + batch + 1)
