"""All runs in a folder."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convlab.errors import ConfigError, RunFolderError
from convlab.runs.listed_run import STATES, ListedRun, read_listed
from convlab.text.suggestions import did_you_mean

# What runs may be sorted by, each so that the most interesting comes first: the newest, the best.
SORTS: dict[str, Callable[[ListedRun], Any]] = {
    "started": lambda run: (-run.started.timestamp(), run.path.name),
    "name": lambda run: run.path.name,
    "dataset": lambda run: run.dataset,
    "architecture": lambda run: run.architecture,
    "score": lambda run: (run.score is None, -run.score[1] if run.score else 0.0),
    "loss": lambda run: (run.test.get("loss") is None, run.test.get("loss")),
    "time": lambda run: (run.seconds is None, run.seconds),
    "state": lambda run: STATES.index(run.state),
}


def list_runs(
    runs_dir: str | Path = "runs",
    *,
    dataset: str | None = None,
    architecture: str | None = None,
    state: str | None = None,
    sort: str = "started",
) -> list[ListedRun]:
    """Return the runs in a folder, by default the newest first.

    Nothing of them runs, and a damaged one is listed as such.

    Args:
        runs_dir: the folder that has the runs; where there is none there are no runs.
        dataset: only runs on this data set, by its bare or qualified name.
        architecture: only runs of this architecture, the same.
        state: only runs in this state.
        sort: ``started``, ``score`` (of one metric; the best first), ``loss``, ``time`` (the fastest first),
            ``name``, ``dataset``, ``architecture`` or ``state``; runs that are equal in it the newest first.

    Raises:
        ConfigError: there is no such state or order.
        RunFolderError: the folder cannot be read.
    """
    if state is not None and state not in STATES:
        raise ConfigError(f"no state {state!r}; {did_you_mean(state, STATES)}")
    if sort not in SORTS:
        raise ConfigError(f"no order {sort!r}; {did_you_mean(sort, SORTS)}")
    runs = [
        run
        for run in _all_in(runs_dir)
        if _is_named(run.dataset, dataset)
        and _is_named(run.architecture, architecture)
        and state in (None, run.state)
    ]
    return sorted(sorted(runs, key=SORTS["started"]), key=SORTS[sort])


def _all_in(runs_dir: str | Path) -> list[ListedRun]:
    try:
        with os.scandir(runs_dir) as entries:
            folders = [entry.path for entry in entries if entry.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunFolderError(f"cannot read {str(runs_dir)!r}: {error.strerror or error}") from None
    return [run for folder in folders if (run := read_listed(folder)) is not None]


def _is_named(name: str, wanted: str | None) -> bool:
    return wanted is None or wanted in (name, name.rpartition(":")[2])
