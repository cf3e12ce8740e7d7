"""A training session: epochs, each validated, then one look at the test split."""

import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from convlab.errors import ConfigError, DataError, DivergedError
from convlab.training.callbacks.signals import Interruption
from convlab.training.checkpoints.keeper import Keeper, NotFiniteError
from convlab.training.checkpoints.state import TrainingState
from convlab.training.ending import StopReason, time_is_up, what_ends
from convlab.training.epoch_runner import EpochRunner
from convlab.training.evaluator import Evaluator
from convlab.training.failures import diverged
from convlab.training.outcome import Outcome
from convlab.training.progress import EpochRecord, Progress
from convlab.training.reporter import Reporter


class _TimeIsUp(Exception):  # noqa: N818
    """Ends an epoch between two of its steps."""


class Session:
    """A run's training, from where it is to its end.

    Args:
        runner: trains an epoch of the prepared experiment.
        reporter: is told what happens.
        keep: called with the record of each epoch as soon as it ends.
        checkpoints: the folder that checkpoints are kept in, if any are.

    Attributes:
        progress: how far the training has come.
    """

    def __init__(
        self,
        runner: EpochRunner,
        reporter: Reporter,
        *,
        keep: Callable[[EpochRecord], Any] = lambda _: None,
        checkpoints: Path | None = None,
    ) -> None:
        prepared = runner.prepared
        self._runner, self._prepared = runner, prepared
        self._reporter = reporter
        self._keep = keep
        self.progress = Progress(data=prepared.data_digest(), learning_rate=prepared.resolved.learning_rate)
        self._settings = prepared.resolved.experiment.train
        self._state = TrainingState(prepared.model, prepared.optimizer, runner.measures)
        self._keeper = Keeper(checkpoints, self._settings, self._state, prepared.monitor)
        self._evaluator = Evaluator(prepared.model, runner.loss, prepared.measures())
        self._interruption = Interruption()
        self._earlier: dict[str, float] = {}
        self._began, self._compiled = time.perf_counter(), runner.compile_seconds

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
        compiled, start, before = self._runner.compile_seconds, time.perf_counter(), progress.seconds

        def on_steps(done: int) -> None:
            compiling = self._runner.compile_seconds - compiled
            progress.step, progress.seconds = done, before + time.perf_counter() - start - compiling
            results = self._runner.measures.results()
            if not math.isfinite(results["loss"]):
                raise self._diverged(f"the loss became {results['loss']}")
            if done < steps:
                self._between_steps()
            self._reporter.stepped(done, plan.images_seen(done), results)

        try:
            self._runner.run(progress.epoch, on_steps, first=progress.step)
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

    def _ended(self) -> StopReason | None:
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
            **self._runner.measures.results(),
        }
        split, held_out = self._prepared.validation
        if len(held_out):
            validation = self._evaluator.evaluate(split, held_out, between=self._check_interruption)
            record |= {f"val_{name}": value for name, value in validation.items()}
        return record

    def _tell(self, record: EpochRecord) -> None:
        self._keep(record)
        self._reporter.epoch_ended(record)

    def _tested(self, epochs: list[EpochRecord], ended: StopReason) -> Outcome:
        kept, best = epochs[-1]["epoch"], self._keeper.best
        if self._settings.restore_best and best is not None:
            self._state.restore_model(best.arrays)
            kept = best.epoch
        test, timing = self._prepared.data.test, self._timing()
        self._reporter.evaluating(len(test.labels))
        start = time.perf_counter()
        results = self._evaluator.evaluate(test, between=self._interruption.check)
        timing["evaluate"] = time.perf_counter() - start
        return Outcome(epochs=epochs, test=results, stop_reason=ended, selected_epoch=kept, timing=timing)

    def _timing(self) -> dict[str, float]:
        """Return the seconds of each part so far, those of earlier processes included."""
        compiled = self._runner.compile_seconds
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
