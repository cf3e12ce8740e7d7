"""Whether runs and data can be written where they belong."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from convlab.data.files.progress import in_megabytes
from convlab.data.source import DataSource
from convlab.errors import ConfigError
from convlab.inspect.doctor.finding import Finding, note, ok, problem

_LITTLE_SPACE = 500_000_000


def examine_folders(runs_dir: Path, data_dir: str | Path | None) -> Iterator[Finding]:
    """Look at the folder for runs, and at those that data sets are looked for in.

    Nothing is written or made.

    Args:
        runs_dir: where runs are kept.
        data_dir: the folder of data that goes before all others, if any.
    """
    yield _writable("runs folder", runs_dir, "name another with --runs-dir")
    try:
        *named, cache = DataSource.from_environment(data_dir).folders
    except ConfigError as error:
        yield problem("data folder", str(error), "create the folder, or correct its name")
        return
    for folder in named:
        readable = os.access(folder, os.R_OK | os.X_OK)
        yield (
            ok("data folder", str(folder))
            if readable
            else problem("data folder", f"{folder} cannot be read", "mend its permissions")
        )
    yield _writable("data cache", cache, "name another in KERAS_HOME")


def _writable(topic: str, folder: Path, otherwise: str) -> Finding:
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not nearest.is_dir():
        return problem(topic, f"{folder} cannot be made: {nearest} is a file", otherwise)
    if not os.access(nearest, os.W_OK | os.X_OK):
        return problem(
            topic, f"{folder} cannot be written to", f"mend the permissions of {nearest}, or {otherwise}"
        )
    free = shutil.disk_usage(nearest).free
    if free < _LITTLE_SPACE:
        return note(
            topic, f"{folder} has {in_megabytes(free)} left on its disk", f"free space, or {otherwise}"
        )
    return ok(topic, str(folder) if nearest == folder.absolute() else f"{folder}, made when it is needed")
