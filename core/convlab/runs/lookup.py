"""Finding a run by its folder, its name or a part of its name."""

import difflib
import os
from pathlib import Path

from convlab.errors import ConfigError
from convlab.runs.folder import LAST_RUN
from convlab.runs.listing import list_runs
from convlab.text.suggestions import did_you_mean

_MOST_NAMES = 5


def find_run(run: str | Path, runs_dir: str | Path = "runs") -> Path:
    """Return the folder of a run.

    Args:
        run: a folder, a name in ``runs_dir``, a unique part of a name, or ``last``, the most recently started
            run.
        runs_dir: the folder that contains the runs.

    Raises:
        ConfigError: no run matches, or several do; names the most similar.
    """
    given, runs_dir = Path(run).expanduser(), Path(runs_dir).expanduser()
    word = str(run)
    is_path = len(given.parts) != 1
    if word and word != LAST_RUN:
        for folder in (runs_dir / given, given):
            is_run = is_path or folder.parent == runs_dir or (folder / "experiment.toml").exists()
            exists = os.path.isdir(folder)  # noqa: PTH112 - false for names that are too long
            if is_run and exists and folder.resolve() != runs_dir.resolve():
                return folder
    if is_path:
        raise ConfigError(f"run {word!r} not found; the folder does not exist, correct the path")
    if not runs_dir.is_dir():
        raise ConfigError(
            f"run {word!r} not found; the folder {str(runs_dir)!r} does not exist: train a run with "
            "'convlab run', or choose another `runs_dir`"
        )
    runs = list_runs(runs_dir)
    if word == LAST_RUN and runs:
        return runs[0].path
    names = [str(listed.path.relative_to(runs_dir)) for listed in runs]
    exact = [listed.path for listed in runs if listed.path.name == word]
    if len(exact) == 1:
        return exact[0]
    matches = [name for name in names if word in name]
    if len(matches) == 1:
        return runs_dir / matches[0]
    if matches:
        more = f" and {len(matches) - _MOST_NAMES} more" if len(matches) > _MOST_NAMES else ""
        raise ConfigError(
            f"{word!r} matches {len(matches)} runs; use a longer part of the name: "
            f"{', '.join(matches[:_MOST_NAMES])}{more}"
        )
    if not runs:
        raise ConfigError(
            f"run {word!r} not found; {str(runs_dir)!r} contains no runs: train one with 'convlab run', or "
            "choose another `runs_dir`"
        )
    if len(names) <= _MOST_NAMES:
        raise ConfigError(f"run {word!r} not found in {str(runs_dir)!r}; {did_you_mean(word, names)}")
    similar = difflib.get_close_matches(word, names, n=_MOST_NAMES, cutoff=0) or names[:_MOST_NAMES]
    raise ConfigError(
        f"run {word!r} not found in {str(runs_dir)!r}; similar names are {', '.join(similar)}. "
        "'convlab runs' lists all runs"
    )
