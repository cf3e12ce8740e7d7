"""What is installed and writable on this machine: versions, folders, datasets and plugins."""

import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from rich import filesize

from convlab import data
from convlab.data.source import DataSource
from convlab.errors import ConfigError
from convlab.host import PluginHost
from convlab.inspect.doctor.finding import Finding, note, ok, problem
from convlab.version import DISTRIBUTION, __version__

_VERSIONS_SHOWN = ("tensorflow", "keras", "numpy", "scikit-learn")
_LOW_DISK_SPACE = 500_000_000


def examine_versions() -> Iterator[Finding]:
    """Compare the installed packages with the requirements in convlab's metadata."""
    versions = {"python": platform.python_version(), "convlab": __version__}
    for requirement in map(Requirement, requires(DISTRIBUTION) or ()):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            yield problem("versions", f"{requirement.name} is not installed", f"pip install '{requirement}'")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            yield problem(
                "versions",
                f"{requirement.name} {installed} is installed, but convlab requires {requirement.specifier}",
                f"pip install '{requirement}'",
            )
        if requirement.name in _VERSIONS_SHOWN:
            versions[requirement.name] = installed
    yield ok("versions", ", ".join(f"{name} {number}" for name, number in versions.items()))


def examine_folders(runs_dir: Path, data_dir: str | Path | None) -> Iterator[Finding]:
    """Check the folder for runs and the data folders, without writing to or creating any.

    Args:
        runs_dir: the folder for runs.
        data_dir: a data folder to search first, if any.
    """
    yield _writable("runs folder", runs_dir, "set `runs_dir` to another folder")
    try:
        *named, cache = DataSource.from_environment(data_dir).folders
    except ConfigError as error:
        yield problem("data folder", str(error), "create the folder, or correct its name")
        return
    for folder in named:
        if os.access(folder, os.R_OK | os.X_OK):
            yield ok("data folder", str(folder))
        else:
            yield problem("data folder", f"{folder} is not readable", "change its permissions")
    yield _writable("data cache", cache, "set KERAS_HOME to another folder")


def _writable(topic: str, folder: Path, alternative: str) -> Finding:
    existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not existing.is_dir():
        return problem(topic, f"{folder} cannot be created because {existing} is a file", alternative)
    if not os.access(existing, os.W_OK | os.X_OK):
        return problem(
            topic, f"{folder} is not writable", f"change the permissions of {existing}, or {alternative}"
        )
    free = shutil.disk_usage(existing).free
    if free < _LOW_DISK_SPACE:
        return note(
            topic,
            f"{folder} is on a disk with only {filesize.decimal(free)} free",
            f"free some space, or {alternative}",
        )
    return ok(topic, str(folder) if existing == folder.absolute() else f"{folder}, to be created when needed")


def examine_datasets(host: PluginHost, data_dir: str | Path | None) -> Iterator[Finding]:
    """Report for each dataset whether its files are on this machine."""
    try:
        statuses = data.list_datasets(host=host, data_dir=data_dir)
    except ConfigError:  # a missing folder, reported by examine_folders
        return
    for status in statuses:
        message = f"{status.name}: {status.where}"
        if status.state == "missing" and status.download:
            fix = f"'convlab data fetch {status.name}' downloads it, and so does the first run"
            yield note("datasets", message, fix)
        elif status.state in ("missing", "incomplete"):
            yield note("datasets", message, "put its files into a data folder")
        else:
            yield ok("datasets", message)


def examine_plugins(host: PluginHost) -> Iterator[Finding]:
    """List the third-party plugins, and the plugins that failed to load."""
    third_party = [str(provider) for provider in host.providers if provider.origin != "built-in"]
    yield ok("plugins", "; ".join(["the built-ins", *third_party]))
    for failure in host.failures:
        yield note(
            "plugins",
            f"{failure}; everything else works",
            f"'convlab plugins' prints the full error; CONVLAB_BLOCK_PLUGINS={failure.provider.name} "
            "disables the plugin",
        )
