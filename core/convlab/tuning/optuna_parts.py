"""Optuna's storages, samplers and pruners by name, where a sweep needs them to behave differently."""

import json
import math
import warnings
from pathlib import Path
from typing import Any

from convlab.errors import ConfigError
from convlab.text.suggestions import did_you_mean
from convlab.tuning.space import Parameter

SAMPLERS = ("tpe", "random", "grid", "qmc")
PRUNERS = ("median", "hyperband", "successive-halving", "none")


def quiet_optuna() -> None:
    """Hide Optuna's log of every trial, and its notes that a feature is experimental."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


def open_storage(storage: str | Path) -> Any:
    """Return Optuna's storage for a database's URL or a journal's path."""
    import optuna
    from filelock import FileLock

    if isinstance(storage, str) and "://" in storage:
        return optuna.storages.RDBStorage(storage, engine_kwargs={"pool_pre_ping": True})
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    class KernelLock(JournalFileOpenLock):
        """A lock that the operating system releases when its holder is killed, unlike Optuna's own."""

        def __init__(self) -> None:
            self._lock = FileLock(f"{storage}.lock")

        def acquire(self) -> bool:
            self._lock.acquire()
            return True

        def release(self) -> None:
            self._lock.release()

    return optuna.storages.JournalStorage(JournalFileBackend(str(storage), lock_obj=KernelLock()))


def open_pruner(name: str) -> Any:
    """Return Optuna's pruner of a name.

    Raises:
        ConfigError: the name is unknown.
    """
    from optuna import pruners

    known = {
        "median": pruners.MedianPruner,
        "hyperband": pruners.HyperbandPruner,
        "successive-halving": pruners.SuccessiveHalvingPruner,
        "none": pruners.NopPruner,
    }
    if name not in known:
        raise ConfigError(f"unknown `pruner` {name!r}; {did_you_mean(name, PRUNERS)}")
    return known[name]()


def grid_size(space: tuple[Parameter, ...]) -> int:
    """Return the number of combinations of all choices."""
    return math.prod(len(parameter.search.choices) for parameter in space)


def open_sampler(name: str, space: tuple[Parameter, ...], seed: int) -> Any:
    """Return Optuna's sampler of a name.

    Raises:
        ConfigError: the name is unknown, or the sampler cannot search the space.
    """
    from optuna import samplers

    match name:
        case "tpe":
            return _seeded_by_trial(samplers.TPESampler, seed, multivariate=True, constant_liar=True)
        case "random":
            return _seeded_by_trial(samplers.RandomSampler, seed)
        case "qmc":
            return samplers.QMCSampler(seed=seed)
        case "grid":
            for parameter in space:
                if not parameter.search.choices:
                    raise ConfigError(f"`sampler` grid needs choice(…) for every setting; change {parameter}")

            class Grid(samplers.GridSampler):
                def after_trial(self, *arguments: Any) -> None:
                    """Do not stop a study that ``Study.optimize`` does not run, which raises."""

            return Grid({each.key: [*map(json.dumps, each.search.choices)] for each in space}, seed=seed)
        case _:
            raise ConfigError(f"unknown `sampler` {name!r}; {did_you_mean(name, SAMPLERS)}")


def _seeded_by_trial(sampler: Any, seed: int, **arguments: Any) -> Any:
    """Return a sampler whose random numbers are a function of the seed and the trial's number.

    One that is seeded once would repeat its numbers in each process that shares or continues the study.
    """

    class SeededByTrial(sampler):
        def before_trial(self, study: Any, trial: Any) -> None:
            self.__init__(seed=seed + trial.number, **arguments)  # type: ignore[misc]
            super().before_trial(study, trial)

    return SeededByTrial(seed=seed, **arguments)
