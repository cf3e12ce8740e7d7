"""The tape loop: one graph runs many GradientTape steps per call."""

import time
from functools import partial

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convlab.data.image_data import Split
from convlab.training.loops.protocol import OnSteps
from convlab.training.placement import Placement
from convlab.training.plan import Plan
from convlab.training.step import TrainingStep

# Long enough that a call costs nothing, short enough that Ctrl-C and the progress bar feel immediate.
_SECONDS_PER_CALL = 0.25
# XLA compiles for a fixed number of images per call. It follows from what a core does in float32, roughly,
# and not from the clock, so that runs repeat.
_OPERATIONS_PER_CALL = 20_000_000_000
_PIXELS_PER_CALL = 2**26  # which are in memory twice during the call


class TapeLoop:
    """Runs the step in a graph over data that stays in memory.

    A call gathers the images of its steps; the graph then slices one batch after another from them.

    Args:
        step: trains on one batch.
        split: the images and labels that the order refers to.
        plan: the batches.
        placement: where the data and the step live.
        xla: whether XLA compiles the graph.
    """

    def __init__(
        self, step: TrainingStep, *, split: Split, plan: Plan, placement: Placement, xla: bool
    ) -> None:
        self.compile_seconds = 0.0
        self._step = step
        self._plan = plan
        self._placement = placement
        self._xla = xla
        # partial: TensorFlow takes a method of many loops for one function that is retraced too often.
        self._run_steps = tf.function(partial(self._steps), jit_compile=xla)
        self._hold(split)
        self._steps_per_call = self._fixed_steps_per_call() if xla else 1

    def _hold(self, split: Split) -> None:
        self._images = self._placement.place(split.images)
        self._labels = self._placement.place(split.labels)
        self._gather_and_run = tf.function(partial(self._gather), reduce_retracing=True)

    def compile(self) -> None:
        """Trace the graph, and compile it if XLA does, by running it for zero steps."""
        start = time.perf_counter()
        order = np.zeros(self._plan.images, np.int32)
        for _, batch_size in self._stretches(self._plan.steps(epoch=1)):
            self._call(order, 0, 0, batch_size)
        self.compile_seconds += time.perf_counter() - start

    def train_epoch(
        self, order: npt.NDArray[np.int32], steps: int, on_steps: OnSteps, *, first: int = 0
    ) -> None:
        """Train on the images; see ``TrainingLoop``."""
        done = first
        for end, batch_size in self._stretches(steps):
            while done < end:
                start = time.perf_counter()
                until = min(done + self._steps_per_call, end)
                ran = int(self._call(order, done, until, batch_size))  # waits for the device
                if not self._xla:
                    wanted = ran * _SECONDS_PER_CALL / max(time.perf_counter() - start, 1e-6)
                    self._steps_per_call = max(1, min(int(wanted), 4 * self._steps_per_call))
                done += ran
                on_steps(done)

    def _stretches(self, steps: int) -> list[tuple[int, int]]:
        """Return the step up to which one graph serves, with its batch size, for each graph.

        XLA needs the batch size at compile time; without XLA one graph takes the smaller last batch too.
        """
        full, left_over = divmod(self._plan.images, self._plan.batch_size)
        if self._xla and left_over and steps > full:
            return [(full, self._plan.batch_size), (steps, left_over)]
        return [(steps, self._plan.batch_size)]

    def _fixed_steps_per_call(self) -> int:
        model, batch_size = self._step.model, self._plan.batch_size
        operations: int = 6 * model.count_params() * batch_size
        pixels = int(np.prod(model.input_shape[1:])) * batch_size
        full = self._plan.images // batch_size
        return max(1, min(_OPERATIONS_PER_CALL // operations, _PIXELS_PER_CALL // pixels, full))

    def _call(self, order: npt.NDArray[np.int32], first: int, until: int, batch_size: int) -> tf.Tensor:
        start = first * self._plan.batch_size
        positions = order[start : until * self._plan.batch_size]
        if self._xla:  # it compiled for a fixed number of images; no step sees the padding
            steps = self._steps_per_call if batch_size == self._plan.batch_size else 1
            positions = np.pad(positions, (0, steps * batch_size - len(positions)))
        return self._gather_and_run(tf.constant(positions), tf.constant(until - first), batch_size)

    def _gather(self, positions: tf.Tensor, steps: tf.Tensor, batch_size: int) -> tf.Tensor:
        images = self._placement.gather(self._images, positions)
        labels = self._placement.gather(self._labels, positions)
        return self._run_steps(images, labels, positions, steps, batch_size)

    def _steps(
        self, images: tf.Tensor, labels: tf.Tensor, positions: tf.Tensor, steps: tf.Tensor, batch_size: int
    ) -> tf.Tensor:
        """Run steps for as long as the loss is finite, and return how many ran."""
        step, finite = 0, True
        while step < steps and finite:
            start = step * batch_size
            size = batch_size if self._xla else tf.minimum(batch_size, tf.shape(labels)[0] - start)
            loss = self._placement.run(
                self._step,
                tf.slice(images, [start, 0, 0, 0], [size, *images.shape[1:]]),
                tf.slice(labels, [start], [size]),
                tf.slice(positions, [start], [size]),
            )
            finite = tf.math.is_finite(loss)
            step += 1
        return step
