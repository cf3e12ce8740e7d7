"""When a checkpoint is written, and which weights were the best."""

import time
from dataclasses import dataclass
from pathlib import Path

from convlab.errors import ConvlabError, RunFolderError
from convlab.experiment import TrainSettings
from convlab.training.checkpoints import BEST, LAST
from convlab.training.checkpoints.file import Arrays, Checkpoint, read_checkpoint, write_checkpoint
from convlab.training.checkpoints.monitor import Monitor
from convlab.training.checkpoints.state import TrainingState
from convlab.training.progress import EpochRecord, Progress

# What was not asked for at a certain step waits until all writing so far is this share of the time.
_SHARE = 0.01


class NotFiniteError(ConvlabError):
    """The weights are no longer numbers, and were not kept."""


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best weights so far.

    Attributes:
        epoch: after which they were the model's.
        value: of the monitored number.
        arrays: the model's variables.
    """

    epoch: int
    value: float
    arrays: Arrays


class Keeper:
    """Keeps the last state and the best weights of a run.

    ``best`` is written before ``last``. A kill between the two leaves a best of an epoch that is run again,
    with the same weights.

    Args:
        folder: where the files are, or ``None`` to keep the best in memory alone.
        settings: how often.
        state: what there is to keep.
        monitor: what is best.

    Attributes:
        best: the best weights so far.
        kept: the epoch and the step of the last state that was kept or read, if there is one.
    """

    def __init__(
        self, folder: Path | None, settings: TrainSettings, state: TrainingState, monitor: Monitor
    ) -> None:
        self.best: Best | None = None
        self.kept: tuple[int, int] | None = None
        self._folder = folder
        self._settings = settings
        self._state = state
        self._monitor = monitor
        self._best_is_kept = True
        self._began = self._kept_at = time.perf_counter()
        self._spent = 0.0
        self._step = 0

    def read(self) -> Progress:
        """Bring the last state back, with the best weights before it.

        Raises:
            RunFolderError: a file is missing or damaged, or is not of this experiment.
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
                f"the checkpoints in {str(self._folder)!r} hold other facts than this version of convlab "
                "writes: use the version in the run's environment.json"
            ) from error
        self.kept = (progress.epoch, progress.step)
        return progress

    def begin(self, progress: Progress) -> None:
        """Keep the state before the first step, so that there always is one to go on from."""
        self.keep(progress)
        self._spent = 0.0

    def stepped(self, progress: Progress) -> None:
        """Keep the state between two steps, if it is time."""
        every = self._settings.checkpoint_steps
        due = every is not None and progress.step - self._step >= every
        if due or time.perf_counter() - self._kept_at >= self._settings.checkpoint_seconds:
            self.keep(progress)

    def epoch_ended(self, progress: Progress, record: EpochRecord) -> None:
        """Take the epoch's weights for the best, if they are, and keep the state."""
        self._step = 0
        self.consider(record)
        if self._spent <= _SHARE * (time.perf_counter() - self._began):
            self.keep(progress)

    def consider(self, record: EpochRecord) -> None:
        """Take the weights for the best, if they are; they are written with the next state."""
        value = record[self._monitor.name]
        if self._monitor.is_better(value, self.best.value if self.best else None):
            arrays = self._state.model_arrays()
            self.best = Best(epoch=record["epoch"], value=value, arrays=arrays)
            self._best_is_kept = False

    def keep(self, progress: Progress) -> None:
        """Write what has changed.

        Raises:
            NotFiniteError: a weight is not a finite number; the older checkpoint stays.
            RunFolderError: it cannot be written.
        """
        if self._folder is None:
            return
        start = time.perf_counter()
        arrays = self._state.arrays()
        if not self._state.is_finite(arrays):
            raise NotFiniteError("a weight is not a finite number")
        if self.best is not None and not self._best_is_kept:
            facts = {"monitor": self._monitor.name, "epoch": self.best.epoch, "value": self.best.value}
            write_checkpoint(self._folder / BEST, Checkpoint(arrays=self.best.arrays, facts=facts))
            self._best_is_kept = True
        write_checkpoint(self._folder / LAST, Checkpoint(arrays=arrays, facts=progress.facts()))
        self._step = progress.step
        self.kept = (progress.epoch, progress.step)
        self._kept_at = time.perf_counter()
        self._spent += self._kept_at - start
