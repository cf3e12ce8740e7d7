"""A training session: epochs, each validated, then one look at the test split."""

import logging
import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import keras
import tensorflow as tf

from convlab.errors import TrainingError
from convlab.training.evaluation import Evaluator
from convlab.training.fit_loop import FitLoop
from convlab.training.fused_batch_norm import fused_batch_norm
from convlab.training.loop import OnSteps, TrainingLoop
from convlab.training.preparation import Prepared
from convlab.training.reporter import EpochRecord, Reporter
from convlab.training.seed_state import SeedState
from convlab.training.tape_loop import TapeLoop

LOOPS: dict[str, Callable[..., TrainingLoop]] = {"tape": TapeLoop, "fit": FitLoop}

logger = logging.getLogger("convlab")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a session found.

    Attributes:
        epochs: a record an epoch: ``epoch``, ``seconds``, ``images_per_second``, ``loss``, each metric,
            and ``val_loss`` and ``val_`` with each metric where images were held out.
        test: ``loss`` and each metric on the test split.
        timing: seconds of all parts, those of the preparation included.
    """

    epochs: list[EpochRecord]
    test: dict[str, float]
    timing: dict[str, float]


class Session:
    """Trains what was prepared, in place.

    Args:
        prepared: the experiment.
        reporter: is told what happens.

    Attributes:
        xla: whether XLA compiles the training step; known once ``compile`` has returned.
    """

    def __init__(self, prepared: Prepared, reporter: Reporter) -> None:
        self.xla = prepared.xla
        self._prepared = prepared
        self._reporter = reporter
        self._loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self._loop = self._new_loop()
        self._seeds = SeedState(prepared.model)

    def compile(self) -> None:
        """Trace and compile the training step, without XLA where that was not asked for and cannot.

        Raises:
            TrainingError: XLA was asked for, but cannot compile an operation.
        """
        try:
            with self._traced_fast():
                self._loop.compile()
        except tf.errors.OpError as error:
            if not self.xla or self._prepared.resolved.experiment.train.compile == "on":
                raise self._explained(error) from error
            logger.warning(
                "warning: XLA cannot compile this step, so it runs without (%s)", _first_line(error)
            )
            self.xla = False
            self._loop = self._new_loop()
            self.compile()

    def train(self, keep: Callable[[EpochRecord], None]) -> Outcome:
        """Train, validate each epoch and evaluate the test split once.

        Args:
            keep: called with the record of each epoch as soon as it ends.

        Raises:
            TrainingError: the loss is no longer finite, or an operation failed.
        """
        data, division, loop = self._prepared.data, self._prepared.division, self._loop
        evaluator = Evaluator(self._prepared.model, self._loss, self._prepared.measures())
        epochs: list[EpochRecord] = []

        compiled, start = loop.compile_seconds, time.perf_counter()
        for epoch in range(1, self._prepared.plan.epochs + 1):
            record = self.train_epoch(epoch)
            if len(division.validation):
                validation = evaluator.evaluate(data.train, division.validation)
                record |= {f"val_{name}": value for name, value in validation.items()}
            epochs.append(record)
            keep(record)
            self._reporter.epoch_ended(record)
        trained = time.perf_counter() - start - (loop.compile_seconds - compiled)

        self._reporter.evaluating(len(data.test.labels))
        start = time.perf_counter()
        test = evaluator.evaluate(data.test)
        evaluated = time.perf_counter() - start
        timing = {"compile": loop.compile_seconds, "train": trained, "evaluate": evaluated}
        return Outcome(epochs=epochs, test=test, timing=self._prepared.timing | timing)

    def train_epoch(self, epoch: int) -> EpochRecord:
        """Train one epoch, counted from 1, and return its record, without validation.

        Raises:
            TrainingError: the loss is no longer finite, or an operation failed.
        """
        plan, loop = self._prepared.plan, self._loop
        steps = plan.steps(epoch)

        def on_steps(done: int) -> None:
            results = loop.measures.results()
            if not math.isfinite(results["loss"]):
                raise self._diverged(results["loss"], f"in epoch {epoch}, by step {done} of {steps}")
            self._reporter.stepped(done, plan.images_seen(done), results)

        self._reporter.epoch_started(epoch, steps)
        compiled, start = loop.compile_seconds, time.perf_counter()
        self.run_epoch(epoch, on_steps)
        seconds = time.perf_counter() - start - (loop.compile_seconds - compiled)
        return {
            "epoch": epoch,
            "seconds": seconds,
            "images_per_second": plan.images_seen(steps) / seconds,
            **loop.measures.results(),
        }

    def run_epoch(self, epoch: int, on_steps: OnSteps) -> None:
        """Run the steps of an epoch and nothing beside them.

        Raises:
            TrainingError: an operation failed.
        """
        plan = self._prepared.plan
        self._seeds.begin_epoch(epoch)
        self._loop.measures.reset()
        order = plan.order(self._prepared.division.train, epoch)
        try:
            with self._traced_fast():
                self._loop.train_epoch(order, plan.steps(epoch), on_steps)
        except tf.errors.OpError as error:
            raise self._explained(error) from error

    def _traced_fast(self) -> AbstractContextManager[None]:
        return nullcontext() if self.xla else fused_batch_norm()  # XLA fuses by itself

    def _new_loop(self) -> TrainingLoop:
        return LOOPS[self._prepared.resolved.experiment.train.loop](
            model=self._prepared.model,
            optimizer=self._prepared.optimizer,
            loss=self._loss,
            measures=self._prepared.measures(),
            split=self._prepared.data.train,
            plan=self._prepared.plan,
            xla=self.xla,
        )

    def _diverged(self, loss: float, when: str) -> TrainingError:
        resolved = self._prepared.resolved
        return TrainingError(
            f"the loss became {loss} {when}: lower the learning rate (--learning-rate, now "
            f"{resolved.learning_rate:g}), or look for a division or logarithm of zero in "
            f"{resolved.architecture}"
        )

    def _explained(self, error: tf.errors.OpError) -> TrainingError:
        if isinstance(error, tf.errors.ResourceExhaustedError):
            return TrainingError(
                f"the device ran out of memory: lower --batch-size, now {self._prepared.plan.batch_size}"
            )
        hint = "; without XLA it may work: -s train.compile=off" if self.xla else ""
        architecture = self._prepared.resolved.architecture
        return TrainingError(f"{architecture} cannot be trained ({_first_line(error)}){hint}")


def _first_line(error: tf.errors.OpError) -> str:
    return str(error.message).strip().splitlines()[0]
