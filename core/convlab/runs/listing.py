"""All runs in a folder, filtered and sorted."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convlab.errors import ConfigError, RunFolderError
from convlab.runs.listed_run import STATES, ListedRun, read_listed
from convlab.text.suggestions import did_you_mean

# Sort orders, each with the most interesting runs first: the newest, the best, the fastest.
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

    Executes nothing from the runs. Damaged runs are included, in the state ``damaged``.

    Args:
        runs_dir: the folder that contains the runs; a missing folder contains none.
        dataset: only runs on this dataset, by its qualified or unqualified name.
        architecture: only runs of this architecture, by its qualified or unqualified name.
        state: only runs in this state.
        sort: ``started`` (newest first), ``score`` (best first), ``loss``, ``time`` (fastest first),
            ``name``, ``dataset``, ``architecture`` or ``state``; ties are sorted by ``started``.

    Raises:
        ConfigError: ``state`` or ``sort`` is unknown.
        RunFolderError: the folder cannot be read.
    """
    if state is not None and state not in STATES:
        raise ConfigError(f"unknown `state` {state!r}; {did_you_mean(state, STATES)}")
    if sort not in SORTS:
        raise ConfigError(f"unknown `sort` order {sort!r}; {did_you_mean(sort, SORTS)}")
    runs = [
        run
        for run in _read_all(runs_dir)
        if _matches(run.dataset, dataset)
        and _matches(run.architecture, architecture)
        and state in (None, run.state)
    ]
    return sorted(sorted(runs, key=SORTS["started"]), key=SORTS[sort])


def _read_all(runs_dir: str | Path) -> list[ListedRun]:
    try:
        with os.scandir(runs_dir) as entries:
            folders = [entry.path for entry in entries if entry.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunFolderError(f"cannot read {str(runs_dir)!r} ({error.strerror or error})") from None
    return [run for folder in folders if (run := read_listed(folder)) is not None]


def _matches(name: str, wanted: str | None) -> bool:
    return wanted is None or wanted in (name, name.rpartition(":")[2])
