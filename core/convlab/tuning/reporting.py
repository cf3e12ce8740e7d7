"""What a worker reports of a trial while it trains: its folder, and its score after each epoch."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from convlab.errors import DataError
from convlab.runs.recorded_images import recorded_images
from convlab.training.callbacks.callback import Callback
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.trials.trial import TrialPruned
from convlab.tuning.optuna_parts import open_pruner, open_storage, quiet_optuna
from convlab.tuning.study import FOLDER

_VALIDATION = "validation"


class TrialReporter(Callback):
    """Reports a run to the storage, and stops it if the pruner says so.

    Args:
        storage: of the study.
        study: its name.
        trial: the trial's ID in the storage.
        pruner: one of ``PRUNERS``.
        score: the key of an epoch's record that is searched, such as ``val_accuracy``.
        one_validation_set: whether all trials are validated on the same images, since no setting of the data
            is searched.
    """

    essential: ClassVar[bool] = True

    def __init__(
        self,
        storage: str | Path,
        study: str,
        trial: int,
        pruner: str,
        score: str,
        *,
        one_validation_set: bool,
    ) -> None:
        import optuna

        quiet_optuna()
        self._study = optuna.load_study(
            study_name=study, storage=open_storage(storage), pruner=open_pruner(pruner)
        )
        self._trial = optuna.trial.Trial(self._study, trial)
        self._score = score
        self._one_validation_set = one_validation_set

    def on_train_begin(self, run: TrainingInfo) -> None:
        """Record the run's folder, so that another process can resume it.

        Raises:
            DataError: the validation set is not that of earlier trials.
        """
        self._trial.set_user_attr(FOLDER, str(run.folder.resolve()))
        recorded = recorded_images(run.folder)
        if not self._one_validation_set or recorded is None:
            return
        # Of the trial, not of the study: several processes may begin at once.
        self._trial.set_user_attr(_VALIDATION, recorded.splits["validation"].sha256)
        seen = [
            trial.user_attrs[_VALIDATION]
            for trial in self._study.get_trials(deepcopy=False)
            if _VALIDATION in trial.user_attrs
        ]
        if seen[0] != self._trial.user_attrs[_VALIDATION]:
            raise DataError(
                "the validation images changed since the sweep began, so that scores do not compare; choose "
                "another `name` for a new sweep"
            )

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
    storage: str | Path, study: str, trial: int, pruner: str, score: str, one_validation_set: bool
) -> tuple[TrialReporter, ...]:
    """Return the callbacks of a trial; called in the worker."""
    reporter = TrialReporter(storage, study, trial, pruner, score, one_validation_set=one_validation_set)
    return (reporter,)
