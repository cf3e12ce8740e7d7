"""The trials of a sweep in Optuna's storage, which several processes and machines may share.

Optuna's own heartbeat needs a database and its ``optimize``. Here, each trial names the process that owns it,
so that a process that starts later, on the same machine or elsewhere, takes over the trials of dead ones.
"""

import json
import re
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from convlab.errors import ConfigError, ConvlabError
from convlab.system.process_identity import is_alive, this_process
from convlab.tuning.optuna_parts import grid_size, open_pruner, open_sampler, open_storage, quiet_optuna
from convlab.tuning.space import Parameter

if TYPE_CHECKING:
    import optuna

HEARTBEAT_SECONDS = 30
_STALE_SECONDS = 10 * HEARTBEAT_SECONDS
_MOST_RETRIES = 2
_ATTEMPTS, _POLL_SECONDS = 5, 0.1
_LEAST_RESULTS = 5
_OWNER, _RENEWED, _RETRIES, _GAVE_UP = "owner", "renewed", "retries", "gave_up"
FOLDER, MESSAGE = "folder", "message"


class Study:
    """The trials of a sweep.

    Args:
        name: of the study in the storage.
        storage: Optuna's URL of a database, or the path of a journal file.
        direction: ``maximize`` or ``minimize``.
        space: the searched settings.
        sampler: one of ``optuna_parts.SAMPLERS``.
        pruner: one of ``optuna_parts.PRUNERS``.
        seed: of the sampler.
        described: what the sweep searches; all processes that share the study must agree on it.

    Raises:
        ConfigError: a name is unknown, or the study searches something else.
        ConvlabError: the storage cannot be opened.
    """

    def __init__(
        self,
        name: str,
        storage: str | Path,
        *,
        direction: Literal["minimize", "maximize"],
        space: tuple[Parameter, ...],
        sampler: str,
        pruner: str,
        seed: int,
        described: Mapping[str, str],
    ) -> None:
        import optuna

        quiet_optuna()
        opened_pruner = open_pruner(pruner)
        self.space = space
        self._most = grid_size(space) if sampler == "grid" else None
        self.storage = storage
        self.name = name
        for attempt in range(_ATTEMPTS):
            try:
                self._study = optuna.create_study(
                    study_name=name,
                    storage=open_storage(storage),
                    direction=direction,
                    load_if_exists=True,
                    pruner=opened_pruner,
                )
                break
            except Exception as error:  # of any database driver
                # Processes that start together may create the same table or study.
                if attempt < _ATTEMPTS - 1 and _may_be_a_race(error):
                    time.sleep(_POLL_SECONDS * 2**attempt)
                    continue
                raise ConvlabError(
                    f"the sweep's storage {_without_password(storage)} cannot be opened ({error})"
                ) from error
        self._study.sampler = open_sampler(sampler, space, seed)
        self._check(described)

    def take_over(self) -> int:
        """Repeat the trials of processes that have died; return their number."""
        import optuna

        taken = 0
        for trial in self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
            if not _is_owned(trial):
                taken += self.retry(trial)
        return taken

    def ask(self, limit: int | None) -> tuple["optuna.Trial", dict[str, Any]] | None:
        """Return the next trial and its values; ``None`` if ``limit`` trials are done or under way."""
        import optuna

        if self._most is not None:
            limit = self._most if limit is None else min(limit, self._most)
        if limit is not None and sum(trial.state.name != "WAITING" for trial in self.trials) >= limit:
            return None
        trial = self._study.ask()
        if limit is not None and self._rank(trial.number) > limit:  # another process was faster
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
            return None
        trial.set_user_attr(_OWNER, json.dumps(this_process()))
        self.renew(trial)
        for parameter in self.space:
            parameter.suggest(trial)
        return trial, {parameter.key: parameter.value(trial.params) for parameter in self.space}

    def tell(self, trial: Any, value: float | None, *, pruned: bool = False, message: str = "") -> None:
        """Record the end of a trial.

        Args:
            trial: the trial.
            value: its score; ``None`` if it failed for good.
            pruned: whether it was pruned instead.
            message: why it failed.
        """
        import optuna

        if pruned:
            self._study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        elif value is None:
            trial.set_user_attr(_GAVE_UP, True)
            trial.set_user_attr(MESSAGE, message)
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            self._study.tell(trial, value)

    def retry(self, trial: Any) -> bool:
        """Repeat a trial whose process died, if it has not been repeated too often."""
        import optuna

        attributes, params = trial.user_attrs, trial.params
        retries = int(attributes.get(_RETRIES, 0))
        repeats = retries < _MOST_RETRIES and len(params) == len(self.space)
        try:
            if retries >= _MOST_RETRIES:
                optuna.trial.Trial(self._study, trial._trial_id).set_user_attr(_GAVE_UP, True)
            self._study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
        except (ValueError, RuntimeError, optuna.exceptions.StorageInternalError):
            return False  # another process was faster; the last error is a database's deadlock
        if not repeats:
            return False
        kept = {key: attributes[key] for key in (FOLDER,) if key in attributes}
        self._study.enqueue_trial(dict(params), user_attrs={**kept, _RETRIES: retries + 1})
        return True

    def renew(self, trial: Any) -> None:
        """Record that the process of a trial lives."""
        trial.set_user_attr(_RENEWED, time.time())

    @property
    def trials(self) -> list["optuna.trial.FrozenTrial"]:
        """All trials that count, in the order of their start."""
        return [trial for trial in self._study.get_trials(deepcopy=False) if _counts(trial)]

    def best(self) -> "optuna.trial.FrozenTrial | None":
        """Return the best complete trial, if any."""
        try:
            return self._study.best_trial
        except ValueError:
            return None

    def importances(self) -> dict[str, float]:
        """Return how much of the score's variance each setting explains; empty for fewer than 5 results.

        By functional ANOVA (Hutter et al. 2014, An efficient approach for assessing hyperparameter
        importance).
        """
        import optuna

        if sum(trial.state.name == "COMPLETE" for trial in self.trials) < _LEAST_RESULTS:
            return {}
        try:
            return {
                key: float(value)
                for key, value in optuna.importance.get_param_importances(
                    self._study, evaluator=optuna.importance.FanovaImportanceEvaluator(seed=0)
                ).items()
            }
        except RuntimeError:  # all scores are equal
            return {}

    def _rank(self, number: int) -> int:
        return sum(
            _counts(trial) for trial in self._study.get_trials(deepcopy=False) if trial.number <= number
        )

    def _check(self, described: Mapping[str, str]) -> None:
        attributes = self._study.user_attrs
        for key, value in described.items():
            if key not in attributes:
                self._study.set_user_attr(key, value)
            elif attributes[key] != value:
                raise ConfigError(
                    f"the sweep {self.name!r} exists with another {key}: {attributes[key]}; choose another "
                    "`name` for this one"
                )


def _without_password(storage: str | Path) -> str:
    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:***@", str(storage))


def _may_be_a_race(error: Exception) -> bool:
    import optuna

    causes = (error, error.__cause__)
    of_database = any("sqlalchemy" in type(cause).__module__ and hasattr(cause, "orig") for cause in causes)
    return of_database or isinstance(error, optuna.exceptions.DuplicatedStudyError)


def _counts(trial: "optuna.trial.FrozenTrial") -> bool:
    """Return whether a trial counts: a failed one does if it is not repeated."""
    return trial.state.name != "FAIL" or _GAVE_UP in trial.user_attrs


def _is_owned(trial: "optuna.trial.FrozenTrial") -> bool:
    if _RENEWED not in trial.user_attrs:  # its process is about to write these attributes, or died before
        started = trial.datetime_start
        return started is not None and datetime.now() - started < timedelta(seconds=HEARTBEAT_SECONDS)
    try:
        alive = is_alive(json.loads(trial.user_attrs[_OWNER]))
        renewed = float(trial.user_attrs[_RENEWED])
    except (KeyError, ValueError, TypeError):
        return False
    return alive if alive is not None else time.time() - renewed < _STALE_SECONDS
