"""When a checkpoint is written."""

import logging
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from convlab.errors import ConvlabError, RunFolderError
from convlab.experiment import TrainSettings
from convlab.training.callbacks.callback import Callback
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.training.checkpoints import BEST, LAST
from convlab.training.checkpoints.best import Best, Monitor
from convlab.training.checkpoints.file import Checkpoint, read_checkpoint, write_checkpoint
from convlab.training.checkpoints.state import TrainingState
from convlab.training.progress import Progress

# A checkpoint that is not due at a certain step waits until all writing so far is this share of the time.
_SHARE = 0.01

logger = logging.getLogger("convlab")


class NotFiniteError(ConvlabError):
    """The weights are not finite and were not saved."""


class Checkpointing(Callback):
    """Saves the last state of a run, and the weights of its best epoch.

    ``best`` is written before ``last``. A kill between the two leaves the best weights of an epoch that runs
    again, with the same result.

    Args:
        folder: where the files are, or ``None`` to hold the best weights in memory only.
        settings: how often to save.
        state: the variables.
        progress: how far the run has come; the trainer updates it.
        monitor: ranks epochs.

    Attributes:
        best: the best epoch so far.
        saved: epoch and step of the last state written or read, if there is one.
    """

    essential: ClassVar[bool] = True

    def __init__(
        self,
        folder: Path | None,
        settings: TrainSettings,
        state: TrainingState,
        progress: Progress,
        monitor: Monitor,
    ) -> None:
        self.best: Best | None = None
        self.saved: tuple[int, int] | None = None
        self._folder = folder
        self._settings = settings
        self._state = state
        self._progress = progress
        self._monitor = monitor
        self._best_is_written = True
        self._training = True
        self._began = self._saved_at = time.perf_counter()
        self._spent = 0.0
        self._step = 0

    def read(self) -> Progress:
        """Restore the last state and the best weights before it.

        Returns:
            How far the run had come.

        Raises:
            RunFolderError: a file is missing or damaged, or belongs to another experiment.
        """
        assert self._folder is not None
        last = read_checkpoint(self._folder / LAST)
        self._state.restore(last.arrays)
        try:
            if (self._folder / BEST).exists():
                best = read_checkpoint(self._folder / BEST)
                if best.facts["monitor"] == self._monitor.name:
                    value = float(best.facts["value"])
                    self.best = Best(epoch=int(best.facts["epoch"]), value=value, arrays=best.arrays)
            progress = Progress(**last.facts)
        except (KeyError, TypeError, ValueError) as error:
            raise RunFolderError(
                f"the checkpoints in {str(self._folder)!r} were not written by this version of convlab; use "
                "the version in the run's environment.json"
            ) from error
        self.saved = (progress.epoch, progress.step)
        return progress

    def on_train_begin(self, run: TrainingInfo) -> None:  # noqa: ARG002
        """Save the state before the first step, so that there always is one to resume from."""
        self._began = time.perf_counter()
        self.save()
        self._spent = 0.0

    def on_step_end(self, step: int, logs: Mapping[str, float]) -> None:  # noqa: ARG002
        """Save the state if it is due."""
        every = self._settings.checkpoint_steps
        due = every is not None and step - self._step >= every
        if due or time.perf_counter() - self._saved_at >= self._settings.checkpoint_seconds:
            self.save()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Note the epoch's weights if they are the best, and save the state."""
        if self._progress.step:  # cut short: a longer run will complete the epoch
            return
        self._step = 0
        self.note_if_best(epoch, logs)
        if self._spent <= _SHARE * (time.perf_counter() - self._began):
            self.save()

    def on_evaluate_begin(self, images: int) -> None:  # noqa: ARG002
        """Stop saving: the model may get the best weights, which are not the last state."""
        self._training = False

    def epochs_since_best(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Return how many epochs since the best had a finite value; others say nothing about progress."""
        later = records[self.best.epoch if self.best else 0 :]
        return sum(math.isfinite(record[self._monitor.name]) for record in later)

    def note_if_best(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Note the current weights if the epoch is the best; the next ``save`` writes them."""
        value = logs[self._monitor.name]
        if self.best is None and not math.isfinite(value):
            logger.warning(
                "`train.monitor`: %s is %g in epoch %d, so it cannot rank epochs",
                self._monitor.name,
                value,
                epoch,
            )
        if self._monitor.is_better(value, self.best):
            self.best = Best(epoch=epoch, value=value, arrays=self._state.final_model_arrays())
            self._best_is_written = False

    def save(self) -> None:
        """Write what has changed, while the run trains.

        Raises:
            NotFiniteError: a weight is not finite; the previous checkpoint remains.
            RunFolderError: it cannot be written.
        """
        if self._folder is None or not self._training:
            return
        start = time.perf_counter()
        arrays = self._state.arrays()
        if not self._state.is_finite(arrays):
            raise NotFiniteError("a weight is no longer finite")
        if self.best is not None and not self._best_is_written:
            facts = {"monitor": self._monitor.name, "epoch": self.best.epoch, "value": self.best.value}
            write_checkpoint(self._folder / BEST, Checkpoint(arrays=self.best.arrays, facts=facts))
            self._best_is_written = True
        write_checkpoint(self._folder / LAST, Checkpoint(arrays=arrays, facts=self._progress.as_json()))
        self._step = self._progress.step
        self.saved = (self._progress.epoch, self._progress.step)
        self._saved_at = time.perf_counter()
        self._spent += self._saved_at - start
