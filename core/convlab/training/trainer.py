"""The training of a run: epochs, each validated, then one evaluation of the test set."""

import math
import time
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from convlab.errors import ConfigError, ConvlabError, DataError, DivergedError, RunFolderError
from convlab.system.keras_defaults import keras_defaults
from convlab.training.callbacks.callback import Callback
from convlab.training.callbacks.callback_list import CallbackList
from convlab.training.callbacks.signals import Signals
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.training.checkpoints.checkpointing import Checkpointing, NotFiniteError
from convlab.training.checkpoints.state import TrainingState
from convlab.training.evaluator import Evaluator
from convlab.training.failures import authors_code, diverged, step_failed
from convlab.training.loops.compiled import compiled_loop
from convlab.training.loops.protocol import TrainingLoop
from convlab.training.model.final_weights import final_weights, finalize
from convlab.training.model.seed_state import SeedState
from convlab.training.plan import time_is_up
from convlab.training.preparation import Prepared
from convlab.training.progress import EpochRecord, Outcome, Progress, Resumption, StopReason
from convlab.training.schedules import begin_epoch


class _TimeIsUp(Exception):  # noqa: N818
    """Ends an epoch between two steps."""


class Trainer:
    """Trains a prepared experiment in place, from where it is to its end.

    Args:
        prepared: the experiment.
        callbacks: called in this order, before checkpoints are written.
        folder: the run's folder; ``None`` if nothing is saved.
        checkpoints: the folder for checkpoints; ``None`` if none are written.

    Attributes:
        progress: how far training has come.
        callbacks: all callbacks.
        xla: whether XLA compiles the step; known after ``compile``.
    """

    def __init__(
        self,
        prepared: Prepared,
        callbacks: Iterable[Callback] = (),
        *,
        folder: Path | None = None,
        checkpoints: Path | None = None,
    ) -> None:
        resolved = prepared.resolved
        self.progress = Progress(
            data=prepared.data_digest(),
            images=None if checkpoints is None else prepared.images.digests(),
            learning_rate=resolved.learning_rate,
            experiment=resolved.experiment.model_dump(mode="json", exclude_none=True),
        )
        self.xla = prepared.xla
        self._prepared = prepared
        self._settings = prepared.resolved.experiment.train
        self._folder = folder
        self._metrics = prepared.metrics
        with keras_defaults():
            self._evaluator = Evaluator(prepared.model, prepared.loss, prepared.build_metrics())
        self._state = TrainingState(prepared.model, prepared.optimizer, self._metrics)
        self._seeds = SeedState(prepared.model)
        self._checkpoints = Checkpointing(
            checkpoints, self._settings, self._state, self.progress, prepared.monitor
        )
        self._signals = Signals(before_stop=self._checkpoints.save)
        self.callbacks = CallbackList([*callbacks, self._checkpoints, self._signals], prepared.model)
        self._loop: TrainingLoop | None = None
        self._resumed = False
        self._earlier: dict[str, float] = {}
        self._began = time.perf_counter()

    def restore(self, changed: Mapping[str, Any]) -> None:
        """Continue from the last checkpoint.

        Args:
            changed: the settings that differ from those the run has had so far.

        Raises:
            RunFolderError: the checkpoint is missing or damaged, or belongs to another experiment.
            DataError: the training data changed.
            ConfigError: the run is past its new end.
        """
        data, rate = self.progress.data, self._prepared.resolved.learning_rate
        restored = self._checkpoints.read()
        if restored.data != data or restored.images not in (None, self.progress.images):
            raise DataError(
                "the training data changed since the checkpoint; point `data_dir` at the original data"
            )
        if restored.learning_rate != rate and not callable(self._prepared.rate):
            self._prepared.optimizer.learning_rate = self._prepared.rate  # the checkpoint has the old one
        plan = self._prepared.plan
        done, total = plan.steps_done(restored), plan.total_steps
        if restored.step > plan.steps_per_epoch:
            raise RunFolderError(
                f"the last checkpoint is damaged (step {restored.step} of an epoch with "
                f"{plan.steps_per_epoch} steps); restore it from a copy, or run the experiment again"
            )
        if done > total:
            raise ConfigError(
                f"the run would end after {total} steps, but {done} are done; set more `train.epochs` or "
                "`train.max_steps`"
            )
        restored.resumed.append(Resumption(epoch=restored.epoch, step=restored.step, changed=dict(changed)))
        restored.learning_rate, restored.experiment = rate, self.progress.experiment
        restored.images = self.progress.images
        vars(self.progress).update(vars(restored))  # in place: callbacks share it
        self._earlier = dict(restored.timing)
        self._resumed = True

    @property
    def earlier_seconds(self) -> float:
        """Seconds of all phases in earlier processes."""
        return sum(self._earlier.values())

    def compile(self) -> None:
        """Trace and compile the step.

        Raises:
            TrainingError: an operation cannot be traced or compiled.
        """
        self.callbacks.on_compile_begin()
        with keras_defaults():
            self._loop, self.xla = compiled_loop(self._prepared)

    def train(self) -> Outcome:
        """Train, validate each epoch and evaluate the test set once, unless it stays sealed.

        Signals that would end the process, such as Ctrl-C, wait until the run can resume from there.

        Raises:
            TrainingError: the loss is no longer finite, or an operation failed.
            RunFolderError: a checkpoint cannot be written.
            KeyboardInterrupt: the process was asked to stop, and the state is saved.
        """
        self.compile()
        try:
            with self._signals.held_back(), keras_defaults():
                self._refresh_timing()
                if self._resumed:  # before anything else is written, so that a kill cannot undo the changes
                    self._checkpoints.save()
                self.callbacks.on_train_begin(self._info())
                while not (reason := self._stop_reason()):
                    self.train_epoch()
                return self._finish(reason)
        except NotFiniteError as error:
            raise self._diverged(str(error)) from error

    def train_epoch(self) -> None:
        """Train and validate the current epoch, or less of it if the run ends before.

        Raises:
            TrainingError: the loss is no longer finite, or an operation failed.
        """
        assert self._loop is not None, "compile comes first"
        progress, plan = self.progress, self._prepared.plan
        steps = plan.steps(progress.epoch)
        self.callbacks.on_epoch_begin(progress.epoch, {"steps": steps, "step": progress.step})
        begin_epoch(self._prepared.rate, progress.records)
        if self._prepared.augmenter is not None:
            self._prepared.augmenter.begin(progress.epoch, progress.step)
        if not progress.step:
            self._seeds.begin_epoch(progress.epoch)
            self._metrics.reset()
        order = plan.order(self._prepared.split.train, progress.epoch)
        on_steps = partial(
            self._on_steps, steps, time.perf_counter() - progress.seconds, self._loop.compile_seconds
        )
        try:
            self._loop.train_epoch(order, steps, on_steps, first=progress.step)
        except _TimeIsUp:
            return
        except ConvlabError:
            raise
        except Exception as error:
            parts = self._prepared.resolved.parts()
            if isinstance(error, OSError) and authors_code(error, parts) is None:
                raise  # a callback's, such as a full disk
            raise step_failed(error, self._prepared, xla=self.xla) from error
        if progress.step < plan.steps_per_epoch:  # max_steps ends the run inside the epoch
            return
        record = self._validated_record()
        progress.records.append(record)
        progress.epoch, progress.step, progress.seconds = progress.epoch + 1, 0, 0.0
        self._refresh_timing()
        self.callbacks.on_epoch_end(record["epoch"], record)

    def _on_steps(self, steps: int, started: float, compiled: float, done: int) -> None:
        """Update the progress between two steps; what is raised here ends the epoch."""
        assert self._loop is not None
        compiling = self._loop.compile_seconds - compiled  # fit compiles with its first batch
        self.progress.step, self.progress.seconds = done, time.perf_counter() - started - compiling
        results = self._metrics.results()
        if not math.isfinite(results["loss"]):
            raise self._diverged(f"the loss became {results['loss']}")
        if done < steps and time_is_up(self.progress, self._settings):
            raise _TimeIsUp
        self._refresh_timing()
        self.callbacks.on_step_end(done, results)

    def _validated_record(self) -> EpochRecord:
        """Return the record of the current epoch, after validating it."""
        progress = self.progress
        record = {
            "epoch": progress.epoch,
            "seconds": progress.seconds,
            "images_per_second": self._prepared.plan.images_seen(progress.step) / progress.seconds,
            **self._metrics.results(),
        }
        split, indices = self._prepared.validation
        if len(indices):
            try:
                with final_weights(self._prepared.model, self._prepared.optimizer):
                    validation = self._evaluator.evaluate(
                        split, indices, on_chunk_end=self.callbacks.on_evaluate_step_end
                    )
            except KeyboardInterrupt as error:
                if error is self._signals.delivered:  # not a second one, which stops immediately
                    self._checkpoints.save()
                raise
            record |= {f"val_{name}": value for name, value in validation.items()}
        return record

    def _finish(self, reason: StopReason) -> Outcome:
        """Record a last epoch that was cut short, choose the weights and evaluate the test set."""
        epochs: list[EpochRecord] = [*self.progress.records]
        if self.progress.step:
            # Not among the progress's records: a longer run would complete the epoch.
            epochs.append(self._validated_record())
            self.callbacks.on_epoch_end(epochs[-1]["epoch"], epochs[-1])
        self._refresh_timing()
        self._checkpoints.save()
        self._checkpoints.note_if_best(epochs[-1]["epoch"], epochs[-1])
        selected, best = epochs[-1]["epoch"], self._checkpoints.best
        self._checkpoints.stop_saving()
        if self._settings.restore_best and best is not None:
            assert best.arrays is not None, "a lost file is refused when the run resumes"
            self._state.restore_model(best.arrays)
            selected = best.epoch
        else:
            finalize(self._prepared.model, self._prepared.optimizer)
        timing = self._timing()
        start = time.perf_counter()
        results = self._tested() if self._settings.test else {}
        timing["evaluate"] = time.perf_counter() - start
        return Outcome(
            epochs=epochs, test=results, stop_reason=reason, selected_epoch=selected, timing=timing
        )

    def _tested(self) -> dict[str, float]:
        test, indices = self._prepared.images.subset("test")
        flips = self._settings.test_flips
        self.callbacks.on_evaluate_begin(len(indices) * (2 if flips else 1))
        on_chunk_end = self.callbacks.on_evaluate_step_end
        results = self._evaluator.evaluate(test, indices, on_chunk_end=on_chunk_end)
        if flips:
            flipped = self._evaluator.evaluate(test, indices, on_chunk_end=on_chunk_end, flips=True)
            results |= {f"tta_{name}": value for name, value in flipped.items()}
        self.callbacks.on_evaluate_end(results)
        return results

    def _stop_reason(self) -> StopReason | None:
        if self.progress.step == self._prepared.plan.steps_per_epoch:  # stopped before it was validated
            return None
        since_best = self._checkpoints.epochs_since_best(self.progress.records)
        return self._prepared.plan.stop_reason(self.progress, self._settings, since_best)

    def _info(self) -> TrainingInfo:
        prepared = self._prepared
        return TrainingInfo(
            folder=self._folder or Path(),
            name=self._folder.name if self._folder else "",
            experiment=prepared.resolved.experiment.model_dump(mode="json", exclude_none=True),
            parameters=prepared.parameters,
            class_names=prepared.data.class_names,
            xla=self.xla,
            resumed=self._resumed,
            epoch=self.progress.epoch,
            step=self.progress.step,
            records=tuple(self.progress.records),
        )

    def _timing(self) -> dict[str, float]:
        """Return the seconds of each phase so far, including earlier processes."""
        compiled = self._loop.compile_seconds if self._loop else 0.0
        trained = time.perf_counter() - self._began - compiled
        phases = self._prepared.timing | {"compile": compiled, "train": trained}
        return {phase: seconds + self._earlier.get(phase, 0.0) for phase, seconds in phases.items()}

    def _refresh_timing(self) -> None:
        self.progress.timing = self._timing()

    def _diverged(self, what: str) -> DivergedError:
        return diverged(what, self._prepared, self.progress, self._checkpoints.saved)
