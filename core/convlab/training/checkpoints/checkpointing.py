"""When a checkpoint is written."""

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from convlab.errors import ConvlabError, RunFolderError
from convlab.experiment import TrainSettings
from convlab.training.callbacks.callback import Callback
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.training.checkpoints import BEST, LAST, NEXT_BEST
from convlab.training.checkpoints.best import Best, Monitor
from convlab.training.checkpoints.file import Arrays, Checkpoint, damaged, read_checkpoint, write_checkpoint
from convlab.training.checkpoints.saved_progress import read_progress
from convlab.training.checkpoints.state import TrainingState
from convlab.training.progress import Progress, SavedBest

# A checkpoint that is not due at a certain step waits until all writing so far is this share of the time.
_SHARE = 0.01

logger = logging.getLogger("convlab")


class NotFiniteError(ConvlabError):
    """The weights are not finite and were not saved."""


class Checkpointing(Callback):
    """Saves the last state of a run, and the weights of its best epoch.

    The last state names its best weights by their checksum. Weights of a new best epoch are written under
    another name first, and replace the earlier ones once a last state names them. So a kill at any moment
    leaves a last state together with its own best weights.

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
        file = self._folder / LAST
        last = read_checkpoint(file)
        progress = read_progress(file, last.facts)
        try:
            best = self._monitor.best_of(progress.records)
        except KeyError:
            raise damaged(file, f"an epoch has no {self._monitor.name}") from None
        if progress.best is not None and (best is None or progress.best.epoch != best.epoch):
            raise damaged(file, f"epoch {progress.best.epoch} is not the best one")
        self._state.restore(last.arrays)
        self.best = best and replace(best, arrays=self._best_arrays(self._folder, best, progress.best))
        self.saved = (progress.epoch, progress.step)
        return progress

    def _best_arrays(self, folder: Path, best: Best, saved: SavedBest | None) -> Arrays | None:
        """Return the weights of the best epoch, or warn that they are lost if the run does not need them."""
        facts = {"monitor": self._monitor.name, "epoch": best.epoch, "value": best.value}
        for name in (BEST, NEXT_BEST):
            try:
                found = read_checkpoint(folder / name)
            except RunFolderError:
                continue
            if found.facts == facts if saved is None else found.sha256 == saved.sha256:
                (folder / name).replace(folder / BEST)
                return found.arrays
        lost = (
            f"{str(folder / BEST)!r} does not contain the weights of the best epoch so far, {best.epoch}"
            if (folder / BEST).exists()
            else f"{str(folder / BEST)!r} does not exist"
        )
        if self._settings.restore_best:
            raise RunFolderError(
                f"{lost}; restore it from a copy, or set `train.restore_best` to false to end with the "
                "weights of the last epoch"
            )
        logger.warning("%s; the run continues without it", lost)
        return None

    def on_train_begin(self, run: TrainingInfo) -> None:  # noqa: ARG002
        """Save the state before the first step, so that there always is one to resume from."""
        self._began = time.perf_counter()
        if self.saved is None:
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

    def stop_saving(self) -> None:
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
        with self._new_best_written(self._folder):
            facts = self._progress.model_dump()
            write_checkpoint(self._folder / LAST, Checkpoint(arrays=arrays, facts=facts))
        self._step = self._progress.step
        self.saved = (self._progress.epoch, self._progress.step)
        self._saved_at = time.perf_counter()
        self._spent += self._saved_at - start

    @contextmanager
    def _new_best_written(self, folder: Path) -> Iterator[None]:
        """Write the weights of a new best epoch before the block, and put them in place after it."""
        if self.best is None or self.best.arrays is None or self._best_is_written:
            yield
            return
        facts = {"monitor": self._monitor.name, "epoch": self.best.epoch, "value": self.best.value}
        file, before = folder / NEXT_BEST, self._progress.best
        sha256 = write_checkpoint(file, Checkpoint(arrays=self.best.arrays, facts=facts))
        self._progress.best = SavedBest(epoch=self.best.epoch, sha256=sha256)
        try:
            yield
        except RunFolderError:
            self._progress.best = before
            file.unlink(missing_ok=True)
            raise
        file.replace(folder / BEST)
        self._best_is_written = True
