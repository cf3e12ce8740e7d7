"""The fast loop: a GradientTape step in one graph that runs many steps a call."""

import time
from functools import partial

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convlab.data.image_data import Split
from convlab.training.loops.loop import OnSteps
from convlab.training.metrics import MetricSet
from convlab.training.plan import Plan

# Long enough that a call costs nothing, short enough that Ctrl-C and the progress bar feel immediate.
_SECONDS_PER_CALL = 0.25
# XLA compiles for a number of images a call. What a core does in float32, roughly, decides on it, and not the
# clock, so that a run repeats.
_OPERATIONS_PER_CALL = 20_000_000_000
_PIXELS_PER_CALL = 2**26  # which are in memory twice meanwhile


class TapeLoop:
    """Runs the step in a graph over data that stays in memory.

    A call gathers the images of its steps, and the graph then slices one batch after another from them.

    Args:
        model: from uint8 images to logits.
        optimizer: updates the model's trainable variables.
        loss: of labels and logits.
        measures: what to keep count of.
        split: the images and labels that the order is one of.
        plan: the batches.
        xla: whether XLA compiles the graph.
    """

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
        self._model = model
        self._optimizer = optimizer
        self._loss = loss
        self._plan = plan
        self._xla = xla
        # partial: TensorFlow takes a method of many loops for one function that is traced too often.
        self._run_steps = tf.function(partial(self._steps), jit_compile=xla)
        self._hold(split)
        self._steps_a_call = self._fixed_steps_a_call() if xla else 1

    def _hold(self, split: Split) -> None:
        self._images = tf.convert_to_tensor(split.images)
        self._labels = tf.convert_to_tensor(split.labels)
        self._gather_and_run = tf.function(partial(self._gather), reduce_retracing=True)

    def compile(self) -> None:
        """Trace the graph, and compile it where XLA does, by running no step of it."""
        start = time.perf_counter()
        order = np.zeros(self._plan.images, np.int32)
        for _, batch_size in self._stretches(self._plan.steps(epoch=1)):
            self._call(order, 0, 0, batch_size)
        self.compile_seconds += time.perf_counter() - start

    def train_epoch(
        self, order: npt.NDArray[np.int32], steps: int, on_steps: OnSteps, *, first: int = 0
    ) -> None:
        """Pass over the images; see ``TrainingLoop``."""
        done = first
        for end, batch_size in self._stretches(steps):
            while done < end:
                start = time.perf_counter()
                until = min(done + self._steps_a_call, end)
                ran = int(self._call(order, done, until, batch_size))  # waits for the device
                if not self._xla:
                    self._pace(ran, time.perf_counter() - start)
                done += ran
                on_steps(done)

    def _stretches(self, steps: int) -> list[tuple[int, int]]:
        """Return the steps up to which one graph serves, and the size of its batches.

        XLA needs that size when it compiles; without XLA one graph takes the smaller last batch too.
        """
        full, left_over = divmod(self._plan.images, self._plan.batch_size)
        if self._xla and left_over and steps > full:
            return [(full, self._plan.batch_size), (steps, left_over)]
        return [(steps, self._plan.batch_size)]

    def _fixed_steps_a_call(self) -> int:
        batch_size = self._plan.batch_size
        operations: int = 6 * self._model.count_params() * batch_size
        pixels = int(np.prod(self._model.input_shape[1:])) * batch_size
        full = self._plan.images // batch_size
        return max(1, min(_OPERATIONS_PER_CALL // operations, _PIXELS_PER_CALL // pixels, full))

    def _pace(self, steps: int, seconds: float) -> None:
        wanted = steps * _SECONDS_PER_CALL / max(seconds, 1e-6)
        self._steps_a_call = max(1, min(int(wanted), 4 * self._steps_a_call))

    def _call(self, order: npt.NDArray[np.int32], first: int, until: int, batch_size: int) -> tf.Tensor:
        start = first * self._plan.batch_size
        images = order[start : until * self._plan.batch_size]
        if self._xla:  # as many as it was compiled for; no step sees those that fill up
            steps = self._steps_a_call if batch_size == self._plan.batch_size else 1
            images = np.pad(images, (0, steps * batch_size - len(images)))
        return self._gather_and_run(tf.constant(images), tf.constant(until - first), batch_size)

    def _gather(self, images: tf.Tensor, steps: tf.Tensor, batch_size: int) -> tf.Tensor:
        images, labels = tf.gather(self._images, images), tf.gather(self._labels, images)
        return self._run_steps(images, labels, steps, batch_size)

    def _steps(self, images: tf.Tensor, labels: tf.Tensor, steps: tf.Tensor, batch_size: int) -> tf.Tensor:
        """Run steps until the loss is no longer finite, and return how many ran."""
        step, finite = 0, True
        while step < steps and finite:
            start = step * batch_size
            size = batch_size if self._xla else tf.minimum(batch_size, tf.shape(labels)[0] - start)
            loss = self._step(
                tf.slice(images, [start, 0, 0, 0], [size, *images.shape[1:]]),
                tf.slice(labels, [start], [size]),
            )
            finite = tf.math.is_finite(loss)
            step += 1
        return step

    def _step(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits = self._model(images, training=True)
            loss = self._loss(labels, logits)
            if self._model.losses:
                loss += tf.add_n(self._model.losses)
        weights = self._model.trainable_variables
        self._optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        self.measures.update(labels, logits, loss)
        return loss
