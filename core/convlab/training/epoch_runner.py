"""The steps of an epoch, compiled, and nothing beside them."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import keras
import tensorflow as tf

from convlab.training.failures import explained, first_line
from convlab.training.loops.fit import FitLoop
from convlab.training.loops.loop import OnSteps, TrainingLoop
from convlab.training.loops.streamed import tape_loop
from convlab.training.metrics import MetricSet
from convlab.training.model.fused_batch_norm import fused_batch_norm
from convlab.training.model.seed_state import SeedState
from convlab.training.preparation import Prepared

LOOPS: dict[str, Callable[..., TrainingLoop]] = {"tape": tape_loop, "fit": FitLoop}

logger = logging.getLogger("convlab")


class EpochRunner:
    """Trains what was prepared, in place, an epoch at a time. Making one traces and compiles its step.

    Args:
        prepared: the experiment.

    Attributes:
        prepared: the experiment.
        loss: of labels and logits.
        xla: whether XLA compiles the step: not where that was left to a rule and XLA cannot.

    Raises:
        TrainingError: XLA was asked for, but cannot compile an operation.
    """

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.xla = prepared.xla
        self._seeds = SeedState(prepared.model)
        try:
            self._loop = self._compiled_loop()
        except tf.errors.OpError as error:
            if not self.xla or prepared.resolved.experiment.train.compile == "on":
                raise explained(error, prepared, xla=self.xla) from error
            logger.warning(
                "warning: XLA cannot compile this step, so it runs without (%s)", first_line(error)
            )
            self.xla = False
            self._loop = self._compiled_loop()

    @property
    def measures(self) -> MetricSet:
        """Return the loss and metrics over the images that the epoch has passed so far."""
        return self._loop.measures

    @property
    def compile_seconds(self) -> float:
        """Return the time spent on tracing and compiling so far."""
        return self._loop.compile_seconds

    def run(self, epoch: int, on_steps: OnSteps, *, first: int = 0) -> None:
        """Run the steps of an epoch.

        Args:
            epoch: counted from 1.
            on_steps: called every now and then between two steps; what it raises ends the epoch.
            first: the step to begin with, where those before it were done in another process.

        Raises:
            TrainingError: an operation failed.
        """
        plan = self.prepared.plan
        if not first:
            self._seeds.begin_epoch(epoch)
            self._loop.measures.reset()
        order = plan.order(self.prepared.division.train, epoch)
        try:
            with self._traced_fast():
                self._loop.train_epoch(order, plan.steps(epoch), on_steps, first=first)
        except tf.errors.OpError as error:
            raise explained(error, self.prepared, xla=self.xla) from error

    def _compiled_loop(self) -> TrainingLoop:
        prepared = self.prepared
        loop = LOOPS[prepared.resolved.experiment.train.loop](
            model=prepared.model,
            optimizer=prepared.optimizer,
            loss=self.loss,
            measures=prepared.measures(),
            split=prepared.data.train,
            plan=prepared.plan,
            xla=self.xla,
        )
        with self._traced_fast():
            loop.compile()
        return loop

    def _traced_fast(self) -> AbstractContextManager[None]:
        return nullcontext() if self.xla else fused_batch_norm()  # XLA fuses by itself
