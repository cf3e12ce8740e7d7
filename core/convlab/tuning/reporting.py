"""What a worker reports of a trial while it trains: its folder, and its score after each epoch."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from convlab.training.callbacks.callback import Callback
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.trials.trial import TrialPruned
from convlab.tuning.study import FOLDER, open_pruner, open_storage, quiet_optuna


class TrialReporter(Callback):
    """Reports a run to the storage, and stops it if the pruner says so.

    Args:
        storage: of the study.
        study: its name.
        trial: the trial's ID in the storage.
        pruner: one of ``PRUNERS``.
        score: the key of an epoch's record that is searched, such as ``val_accuracy``.
    """

    essential: ClassVar[bool] = True

    def __init__(self, storage: str | Path, study: str, trial: int, pruner: str, score: str) -> None:
        import optuna

        quiet_optuna()
        loaded = optuna.load_study(
            study_name=study, storage=open_storage(storage), pruner=open_pruner(pruner)
        )
        self._trial = optuna.trial.Trial(loaded, trial)
        self._score = score

    def on_train_begin(self, run: TrainingInfo) -> None:
        """Record the run's folder, so that another process can resume it."""
        self._trial.set_user_attr(FOLDER, str(run.folder.resolve()))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Report the score.

        Raises:
            TrialPruned: the score does not compare with those of other trials after as many epochs.
        """
        value = float(logs[self._score])
        if not math.isfinite(value):
            return  # the run itself fails if its loss is not finite
        self._trial.report(value, epoch)
        if self._trial.should_prune():
            raise TrialPruned(f"pruned after epoch {epoch}")


def reporters(
    storage: str | Path, study: str, trial: int, pruner: str, score: str
) -> tuple[TrialReporter, ...]:
    """Return the callbacks of a trial; called in the worker."""
    return (TrialReporter(storage, study, trial, pruner, score),)
