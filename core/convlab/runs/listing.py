"""All runs in a folder, filtered and sorted."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from convlab.errors import ConfigError, RunFolderError
from convlab.runs.listed_run import STATES, ListedRun, read_listed
from convlab.runs.run_differences import with_differences
from convlab.text.suggestions import did_you_mean

_MAX_DEPTH = 3

# Sort orders, each with the most interesting runs first: the newest, the best, the fastest.
SORTS: dict[str, Callable[[ListedRun], Any]] = {
    "started": lambda run: (-run.started.timestamp(), run.path.name),
    "name": lambda run: run.path.name,
    "dataset": lambda run: run.dataset,
    "architecture": lambda run: run.architecture,
    "score": lambda run: (run.score is None, -run.score[1] if run.score else 0.0),
    "loss": lambda run: (run.validation.get("loss") is None, run.validation.get("loss")),
    "time": lambda run: (run.seconds is None, run.seconds),
    "state": lambda run: STATES.index(run.state),
}


def list_runs(
    runs_dir: str | Path = "runs",
    *,
    dataset: str | None = None,
    architecture: str | None = None,
    state: str | None = None,
    tag: str | None = None,
    sort: str = "started",
) -> list[ListedRun]:
    """Return the runs in a folder and its subfolders, by default the newest first.

    Executes nothing from the runs. Damaged runs are included, in the state ``damaged``. Runs are ranked by
    their results on the validation set: a test set by which one chooses no longer tells about new images.

    Args:
        runs_dir: the folder that contains the runs, also in subfolders; a missing folder contains none.
        dataset: only runs on this dataset, by its qualified or unqualified name.
        architecture: only runs of this architecture, by its qualified or unqualified name.
        state: only runs in this state.
        tag: only runs with this tag.
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
        and (tag is None or tag in run.tags)
    ]
    return with_differences(sorted(sorted(runs, key=SORTS["started"]), key=SORTS[sort]))


def _read_all(runs_dir: str | Path, depth: int = 0) -> list[ListedRun]:
    try:
        with os.scandir(runs_dir) as entries:
            folders = [entry.path for entry in entries if entry.name[0] != "." and entry.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunFolderError(f"cannot read {str(runs_dir)!r} ({error.strerror or error})") from None
    found = []
    for folder in folders:
        run = read_listed(folder)
        if run is not None:
            found.append(run)
        elif depth < _MAX_DEPTH and not os.path.islink(folder):  # noqa: PTH114
            with suppress(RunFolderError):  # what cannot be read there is not known to be a run
                found += _read_all(folder, depth + 1)
    return found


def _matches(name: str, wanted: str | None) -> bool:
    return wanted is None or wanted in (name, name.rpartition(":")[2])
