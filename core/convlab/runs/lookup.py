"""The run that a word means."""

import difflib
from pathlib import Path

from convlab.errors import ConfigError
from convlab.runs.listing import list_runs
from convlab.text.suggestions import did_you_mean

_SHOWN = 5


def find_run(run: str | Path, runs_dir: str | Path = "runs") -> Path:
    """Return the folder of a run.

    Args:
        run: the folder, its name in ``runs_dir``, a part of its name that no other has, or ``last``, the one
            that was started last.
        runs_dir: the folder that has the runs.

    Raises:
        ConfigError: no run, or more than one, is meant; names the nearest.
    """
    given, runs_dir = Path(run).expanduser(), Path(runs_dir).expanduser()
    word = str(run)
    is_path = len(given.parts) != 1
    if word and word != "last":
        for folder in (runs_dir / given, given):
            named = is_path or folder.parent == runs_dir or (folder / "experiment.toml").exists()
            if named and folder.is_dir() and folder.resolve() != runs_dir.resolve():
                return folder
    if is_path:
        raise ConfigError(f"no run {word!r}: there is no such folder")
    if not runs_dir.is_dir():
        raise ConfigError(f"no run {word!r}: there is no folder {str(runs_dir)!r}; name it with --runs-dir")
    runs = list_runs(runs_dir)
    if word == "last" and runs:
        return runs[0].path
    names = [listed.path.name for listed in runs]
    meant = [name for name in names if word in name]
    if len(meant) == 1:
        return runs_dir / meant[0]
    if meant:
        more = f" and {len(meant) - _SHOWN} more" if len(meant) > _SHOWN else ""
        listed = ", ".join(meant[:_SHOWN])
        raise ConfigError(f"{word!r} means {len(meant)} runs: write more of the name of {listed}{more}")
    if not runs:
        raise ConfigError(f"no run {word!r}: there are no runs in {str(runs_dir)!r}")
    if len(names) <= _SHOWN:
        raise ConfigError(f"no run {word!r} in {str(runs_dir)!r}; {did_you_mean(word, names)}")
    near = difflib.get_close_matches(word, names, n=_SHOWN, cutoff=0) or names[:_SHOWN]
    raise ConfigError(
        f"no run {word!r} in {str(runs_dir)!r}; the nearest are {', '.join(near)}: 'convlab runs' lists all"
    )
