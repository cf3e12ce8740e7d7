"""Keras's own loop, ``fit``, over the same batches in the same order and around the same step."""

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
from convlab.training.loops.protocol import OnSteps
from convlab.training.placement import Placement
from convlab.training.plan import Plan
from convlab.training.step import TrainingStep


class FitLoop:
    """Trains with ``keras.Model.fit``; see ``TapeLoop`` for the arguments."""

    def __init__(
        self, step: TrainingStep, *, split: Split, plan: Plan, placement: Placement, xla: bool
    ) -> None:
        self.compile_seconds = 0.0
        self._trained = _StepModel(step)
        self._xla = xla
        self._placement = placement
        self._reader = StreamReader(split.images) if isinstance(split.images, ImageStream) else None
        self._images = None if self._reader else placement.place(split.images)
        self._labels = placement.place(split.labels)
        self._batch_size = plan.batch_size

    def compile(self) -> None:
        """Compile the model; Keras traces its graph with the first batch."""
        # The step has the optimizer. Keras would apply the one given here only to finalize its averages.
        self._trained.compile(optimizer="sgd", jit_compile=self._xla)

    def train_epoch(
        self, order: npt.NDArray[np.int32], steps: int, on_steps: OnSteps, *, first: int = 0
    ) -> None:
        """Train on the images; see ``TrainingLoop``."""
        if first == steps:
            return
        remaining = order[first * self._batch_size : steps * self._batch_size]
        with self._reader.reraise_read_errors() if self._reader else nullcontext():
            self._trained.fit(
                self._batches(remaining),
                shuffle=False,  # the order is shuffled already
                verbose=0,
                callbacks=[_StepCounter(self, on_steps, first)],
            )

    def _batches(self, order: npt.NDArray[np.int32]) -> tf.data.Dataset:
        if self._reader:
            streamed = self._reader.batches(order, self._batch_size)
            return streamed.map(
                lambda images, batch: (images, self._placement.gather(self._labels, batch), batch)
            )
        batches = tf.data.Dataset.from_tensor_slices(order).batch(self._batch_size)
        return batches.map(self._gather, num_parallel_calls=1).prefetch(tf.data.AUTOTUNE)

    def _gather(self, batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        return (
            self._placement.gather(self._images, batch),
            self._placement.gather(self._labels, batch),
            batch,
        )


class _StepModel(keras.Model):
    """A model whose training step is ours: the saved model carries no training state."""

    def __init__(self, step: TrainingStep) -> None:
        super().__init__()
        self._step = step
        self.built = True  # its layers are the step's, which are

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Run the step on a batch."""
        return {"loss": self._step(*data)}


class _StepCounter(keras.callbacks.Callback):
    """Reports each step, and the time the first one took to compile."""

    def __init__(self, loop: FitLoop, on_steps: OnSteps, first: int) -> None:
        super().__init__()
        self._loop = loop
        self._on_steps = on_steps
        self._first = first
        self._start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        if self._loop.compile_seconds == 0.0:
            self._loop.compile_seconds = time.perf_counter() - self._start
        self._on_steps(self._first + batch + 1)
