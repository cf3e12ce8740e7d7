"""Removing run folders: never one that is in use, and never what a link points to."""

import secrets
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from convlab.errors import ConfigError, RunFolderError
from convlab.runs import lock
from convlab.runs.folder import LAST_RUN
from convlab.runs.listed_run import STATES, ListedRun, read_listed
from convlab.runs.listing import list_runs
from convlab.runs.lookup import find_run
from convlab.text.suggestions import did_you_mean


def remove_runs(runs: Iterable[str | Path], *, runs_dir: str | Path = "runs") -> list[Path]:
    """Remove runs with all their files; nothing if one of them cannot be removed.

    Args:
        runs: folders, whole names, or ``last``.
        runs_dir: the folder that contains the runs.

    Returns:
        The removed folders.

    Raises:
        ConfigError: no run has a name.
        RunFolderError: a run is in progress, is a link, or cannot be removed.
    """
    paths = [find_whole_name(run, runs_dir) for run in dict.fromkeys(runs)]
    for path in paths:
        _check(path)
    for path in paths:
        _remove(path)
    return paths


def prune_runs(
    runs_dir: str | Path = "runs",
    *,
    states: Collection[str] = (),
    keep_best: int | None = None,
    dry_run: bool = False,
) -> list[ListedRun]:
    """Remove the runs that are not worth keeping.

    Args:
        runs_dir: the folder that contains the runs.
        states: remove runs in these states, such as ``interrupted`` and ``failed``.
        keep_best: remove all finished runs but this many of each dataset, those with the best validation
            scores. Runs without a score, and those with a note or a tag, are kept.
        dry_run: whether to remove nothing.

    Returns:
        The runs that are removed.

    Raises:
        ConfigError: no condition is given, or one is invalid.
        RunFolderError: a run cannot be removed.
    """
    for state in states:
        if state not in STATES or state == "running":
            raise ConfigError(f"`states`: {did_you_mean(state, set(STATES) - {'running'})}, got {state!r}")
    if keep_best is not None and keep_best < 1:
        raise ConfigError(f"`keep_best`: expected at least 1, got {keep_best}")
    if not states and keep_best is None:
        raise ConfigError("nothing to remove; give `states` or `keep_best`")
    runs = list_runs(runs_dir, sort="score")
    doomed = [run for run in runs if run.state in states]
    if keep_best is not None:
        doomed += [run for run in _beyond_best(runs, keep_best) if run not in doomed]
    if not dry_run:
        remove_runs([run.path.absolute() for run in doomed])
    return doomed


def find_whole_name(run: str | Path, runs_dir: str | Path = "runs") -> Path:
    """Return the folder of a run that is named in full: a part of a name could be that of another run.

    Raises:
        ConfigError: no run has the name.
    """
    path = find_run(run, runs_dir)
    if str(run) != LAST_RUN and path.name != Path(run).name:
        raise ConfigError(f"run {str(run)!r} not found; did you mean {path.name!r}? write the whole name")
    return path


def _beyond_best(runs: Iterable[ListedRun], keep: int) -> Iterable[ListedRun]:
    """Yield the finished runs after the first ones of each dataset; ``runs`` are sorted by score."""
    seen: dict[tuple[str, str], int] = {}
    for run in runs:
        if run.state == "finished" and run.score is not None:
            ranking = run.dataset, run.score[0]
            seen[ranking] = seen.get(ranking, 0) + 1
            if seen[ranking] > keep and not run.note and not run.tags:
                yield run


def _check(path: Path) -> None:
    if path.is_symlink():
        raise RunFolderError(f"{str(path)!r} is a link; remove the run it points to, or the link itself")
    if read_listed(str(path)) is None:
        raise RunFolderError(f"{str(path)!r} is not a run folder; it was not removed")
    if lock.is_running(str(path)):
        raise RunFolderError(
            f"another process is training {str(path)!r}; wait until it ends, or stop it first"
        )


def _remove(path: Path) -> None:
    try:
        with lock.locked(path, "removing"):
            doomed = path.with_name(f".removing-{secrets.token_hex(8)}")
            path.rename(doomed)  # in one step: a kill leaves no half of a run
        shutil.rmtree(doomed)
    except OSError as error:
        raise RunFolderError(
            f"cannot remove {str(path)!r} ({error.strerror or error}); fix the permissions"
        ) from error
