"""A training session: epochs, each validated, then one look at the test split."""

import logging
import math
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from convlab.errors import ConfigError, DataError, DivergedError
from convlab.training.checkpoints.keeper import Keeper, NotFiniteError
from convlab.training.checkpoints.state import TrainingState
from convlab.training.ending import Ended, time_is_up, what_ends
from convlab.training.evaluation import Evaluator
from convlab.training.failures import diverged, explained, first_line
from convlab.training.fit_loop import FitLoop
from convlab.training.fused_batch_norm import fused_batch_norm
from convlab.training.interruption import Interruption
from convlab.training.loop import OnSteps, TrainingLoop
from convlab.training.outcome import Outcome
from convlab.training.preparation import Prepared
from convlab.training.progress import EpochRecord, Progress
from convlab.training.reporter import Reporter
from convlab.training.seed_state import SeedState
from convlab.training.streamed_tape_loop import tape_loop

LOOPS: dict[str, Callable[..., TrainingLoop]] = {"tape": tape_loop, "fit": FitLoop}

logger = logging.getLogger("convlab")


class _TimeIsUp(Exception):  # noqa: N818
    """Ends an epoch between two of its steps."""


class Session:
    """Trains what was prepared, in place.

    Args:
        prepared: the experiment.
        reporter: is told what happens.
        keep: called with the record of each epoch as soon as it ends.
        checkpoints: the folder that checkpoints are kept in, if any are.

    Attributes:
        xla: whether XLA compiles the training step; known once ``compile`` has returned.
        progress: how far the training has come.
    """

    def __init__(
        self,
        prepared: Prepared,
        reporter: Reporter,
        *,
        keep: Callable[[EpochRecord], Any] = lambda _: None,
        checkpoints: Path | None = None,
    ) -> None:
        self.xla = prepared.xla
        self.progress = Progress(data=prepared.data_digest(), learning_rate=prepared.resolved.learning_rate)
        self._prepared = prepared
        self._reporter = reporter
        self._keep = keep
        self._checkpoints = checkpoints
        self._settings = prepared.resolved.experiment.train
        self._earlier: dict[str, float] = {}
        self._interruption = Interruption()
        self._loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self._seeds = SeedState(prepared.model)
        self._evaluator = Evaluator(prepared.model, self._loss, prepared.measures())
        self._loop = self._new_loop()

    def compile(self) -> None:
        """Trace and compile the training step, without XLA where that was not asked for and cannot.

        Raises:
            TrainingError: XLA was asked for, but cannot compile an operation.
        """
        try:
            with self._traced_fast():
                self._loop.compile()
        except tf.errors.OpError as error:
            if not self.xla or self._settings.compile == "on":
                raise explained(error, self._prepared, xla=self.xla) from error
            logger.warning(
                "warning: XLA cannot compile this step, so it runs without (%s)", first_line(error)
            )
            self.xla = False
            self._loop = self._new_loop()
            self.compile()
            return
        state = TrainingState(self._prepared.model, self._prepared.optimizer, self._loop.measures)
        self._state = state
        self._keeper = Keeper(self._checkpoints, self._settings, state, self._prepared.monitor)
        self._began, self._compiled = time.perf_counter(), self._loop.compile_seconds

    def restore(self, changed: Mapping[str, Any]) -> None:
        """Go back to where the last checkpoint was kept.

        Args:
            changed: the settings that are not those the run has had so far.

        Raises:
            RunFolderError: there is none, or it is damaged or not of this experiment.
            DataError: the images to train on are others.
        """
        data = self.progress.data
        self.progress = self._keeper.read()
        self._earlier = dict(self.progress.timing)
        if self.progress.data != data:
            raise DataError(
                "the images that were trained on before are not those that are found now: name the folder of "
                "the same data with --data-dir"
            )
        rate = self._prepared.resolved.learning_rate
        if self.progress.learning_rate != rate and not callable(self._prepared.rate):
            self._prepared.optimizer.learning_rate = self._prepared.rate  # the checkpoint has the old one
        self.progress.learning_rate = rate
        plan = self._prepared.plan
        done = plan.steps_done(self.progress.epoch, self.progress.step)
        if done > plan.total_steps:
            raise ConfigError(
                f"the run is to end after {plan.total_steps} steps, but {done} are trained already: name "
                "more epochs or steps"
            )
        at = {"epoch": self.progress.epoch, "step": self.progress.step, "changed": dict(changed)}
        self.progress.resumed.append(at)

    @property
    def earlier_seconds(self) -> float:
        """Seconds of all parts that earlier processes took."""
        return sum(self._earlier.values())

    def train(self) -> Outcome:
        """Train, validate each epoch and evaluate the test split once.

        What the process is asked to end with, such as Ctrl-C, is put off until it can go on from there.

        Raises:
            TrainingError: the loss is no longer finite, or an operation failed.
            RunFolderError: a checkpoint cannot be written.
            KeyboardInterrupt: the process was asked to end, and the state is kept.
        """
        with self._interruption.held_back():
            self._keep_state(self._keeper.begin)
            while not (ended := self._ended()):
                self.train_epoch()
            epochs = [*self.progress.records]
            if self.progress.step:  # it ended in the middle of an epoch, and may be gone on with from there
                epochs.append(self._record())
                self._tell(epochs[-1])
            self._keep_state()
            # The best for this ending alone: were it gone on with, that epoch would have another end.
            self._keeper.consider(epochs[-1])
            return self._tested(epochs, ended)

    def train_epoch(self) -> None:
        """Train, validate and keep the epoch under way; less of it where the run ends before.

        Raises:
            TrainingError: the loss is no longer finite, or an operation failed.
        """
        progress, plan = self.progress, self._prepared.plan
        steps = plan.steps(progress.epoch)
        self._reporter.epoch_started(progress.epoch, steps)
        compiled, start, before = self._loop.compile_seconds, time.perf_counter(), progress.seconds

        def on_steps(done: int) -> None:
            compiling = self._loop.compile_seconds - compiled
            progress.step, progress.seconds = done, before + time.perf_counter() - start - compiling
            results = self._loop.measures.results()
            if not math.isfinite(results["loss"]):
                raise self._diverged(f"the loss became {results['loss']}")
            if done < steps:
                self._between_steps()
            self._reporter.stepped(done, plan.images_seen(done), results)

        try:
            self.run_epoch(progress.epoch, on_steps, first=progress.step)
        except _TimeIsUp:
            return
        if progress.step < plan.steps_per_epoch:
            return
        record = self._record()
        progress.records.append(record)
        progress.epoch, progress.step, progress.seconds = progress.epoch + 1, 0, 0.0
        self._tell(record)
        self._keep_state(partial(self._keeper.epoch_ended, record=record))
        self._check_interruption()

    def run_epoch(self, epoch: int, on_steps: OnSteps, *, first: int = 0) -> None:
        """Run the steps of an epoch, counted from 1, and nothing beside them.

        Raises:
            TrainingError: an operation failed.
        """
        plan = self._prepared.plan
        if not first:
            self._seeds.begin_epoch(epoch)
            self._loop.measures.reset()
        order = plan.order(self._prepared.division.train, epoch)
        try:
            with self._traced_fast():
                self._loop.train_epoch(order, plan.steps(epoch), on_steps, first=first)
        except tf.errors.OpError as error:
            raise explained(error, self._prepared, xla=self.xla) from error

    def _ended(self) -> Ended | None:
        best = self._keeper.best
        return what_ends(self.progress, self._settings, self._prepared.plan, best.epoch if best else 0)

    def _between_steps(self) -> None:
        if time_is_up(self.progress, self._settings):
            raise _TimeIsUp
        self._keep_state(self._keeper.stepped)
        self._check_interruption()

    def _record(self) -> EpochRecord:
        """Return the record of the epoch under way, validated."""
        progress = self.progress
        record = {
            "epoch": progress.epoch,
            "seconds": progress.seconds,
            "images_per_second": self._prepared.plan.images_seen(progress.step) / progress.seconds,
            **self._loop.measures.results(),
        }
        split, held_out = self._prepared.validation
        if len(held_out):
            validation = self._evaluator.evaluate(split, held_out, between=self._check_interruption)
            record |= {f"val_{name}": value for name, value in validation.items()}
        return record

    def _tell(self, record: EpochRecord) -> None:
        self._keep(record)
        self._reporter.epoch_ended(record)

    def _tested(self, epochs: list[EpochRecord], ended: Ended) -> Outcome:
        kept, best = epochs[-1]["epoch"], self._keeper.best
        if self._settings.keep == "best" and best is not None:
            self._state.restore_model(best.arrays)
            kept = best.epoch
        test, timing = self._prepared.data.test, self._timing()
        self._reporter.evaluating(len(test.labels))
        start = time.perf_counter()
        results = self._evaluator.evaluate(test, between=self._interruption.check)
        timing["evaluate"] = time.perf_counter() - start
        return Outcome(epochs=epochs, test=results, ended=ended, kept=kept, timing=timing)

    def _timing(self) -> dict[str, float]:
        """Return the seconds of each part so far, those of earlier processes included."""
        compiled = self._loop.compile_seconds
        trained = time.perf_counter() - self._began - (compiled - self._compiled)
        parts = self._prepared.timing | {"compile": compiled, "train": trained}
        return {part: seconds + self._earlier.get(part, 0.0) for part, seconds in parts.items()}

    def _check_interruption(self) -> None:
        try:
            self._interruption.check()
        except KeyboardInterrupt:
            self._keep_state()
            raise

    def _keep_state(self, keep: Callable[[Progress], None] | None = None) -> None:
        self.progress.timing = self._timing()
        try:
            (keep or self._keeper.keep)(self.progress)
        except NotFiniteError as error:
            raise self._diverged(str(error)) from error

    def _diverged(self, what: str) -> DivergedError:
        return diverged(what, self._prepared, self.progress, self._keeper.kept)

    def _traced_fast(self) -> AbstractContextManager[None]:
        return nullcontext() if self.xla else fused_batch_norm()  # XLA fuses by itself

    def _new_loop(self) -> TrainingLoop:
        return LOOPS[self._settings.loop](
            model=self._prepared.model,
            optimizer=self._prepared.optimizer,
            loss=self._loss,
            measures=self._prepared.measures(),
            split=self._prepared.data.train,
            plan=self._prepared.plan,
            xla=self.xla,
        )
