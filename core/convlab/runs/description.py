"""Everything a run folder says about its run, read without executing anything from it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from convlab.errors import RunFolderError
from convlab.experiment.differences import changed_settings
from convlab.host import PluginHost
from convlab.parts import PART_TYPES
from convlab.runs.listed_run import read_listed
from convlab.runs.lookup import find_run
from convlab.runs.reading import (
    MissingFileError,
    read_environment,
    read_epochs,
    read_experiment,
    read_summary,
)
from convlab.runs.recorded_plugin import RecordedPlugin
from convlab.runs.recorded_run import recorded_plugins
from convlab.runs.test_looks import looks_at_test_set

_PARTS = tuple(part_type.kind.key for part_type in PART_TYPES)


def describe_run(
    run: str | Path, *, runs_dir: str | Path = "runs", host: PluginHost | None = None
) -> dict[str, Any]:
    """Return what ``convlab show-run --json`` prints.

    Damaged files are listed under ``damage``; the contents of the others are included.

    Args:
        run: a folder, a name, a unique part of a name, or ``last``.
        runs_dir: the folder that contains the runs.
        host: for the defaults of options; by default all installed plugins. Nothing from the run is loaded.

    Raises:
        ConfigError: no run matches, or several do.
        RunFolderError: the folder is not a run folder.
    """
    path = find_run(run, runs_dir)
    listed = read_listed(str(path))
    if listed is None:
        raise RunFolderError(f"{str(path)!r} is not a run folder; it has none of the files that a run writes")
    record = listed.record()
    described = record | {
        "parts": {key: value for key in _PARTS if (value := record.get(key))},
        "changed": {},
        "epochs": [],
        "timing": {},
        "parameters": None,
        "environment": {},
        "plugins": [],
        "files": _file_sizes(path),
        "test_looks": 0,
        "damage": [],
    }
    for describe in (_experiment, _environment, _epochs, _summary, _looks):
        try:
            described |= describe(path, host)
        except MissingFileError:  # the run stopped before it wrote the file
            continue
        except RunFolderError as error:
            described["damage"].append(str(error))
    if listed.state == "damaged" and not described["damage"]:
        described["damage"] = [listed.message]
    return described


def _experiment(path: Path, host: PluginHost | None) -> dict[str, Any]:
    experiment = read_experiment(path)
    parts = experiment.model_dump(mode="json", include=set(_PARTS))
    return {
        "parts": {key: parts[key] for key in _PARTS if parts[key]},
        "changed": changed_settings(experiment, host or PluginHost()),
    }


def _environment(path: Path, host: PluginHost | None) -> dict[str, Any]:  # noqa: ARG001
    environment = read_environment(path)
    return {
        "environment": {key: value for key, value in environment.items() if key != "plugins"},
        "plugins": [_describe_plugin(plugin) for plugin in recorded_plugins(path, environment)],
    }


def _epochs(path: Path, host: PluginHost | None) -> dict[str, Any]:  # noqa: ARG001
    return {"epochs": read_epochs(path)}


def _summary(path: Path, host: PluginHost | None) -> dict[str, Any]:  # noqa: ARG001
    summary = read_summary(path)
    return {key: summary.get(key) for key in ("parameters", "timing", "epochs")}


def _looks(path: Path, host: PluginHost | None) -> dict[str, Any]:  # noqa: ARG001
    return {"test_looks": looks_at_test_set(path)}


def _describe_plugin(plugin: RecordedPlugin) -> dict[str, Any]:
    described = asdict(plugin) | {"kind": plugin.part_type.kind.name, "sha256": plugin.sha256}
    return {key: value for key, value in described.items() if key not in ("part_type", "text")}


def _file_sizes(path: Path) -> dict[str, int]:
    """Return the size in bytes of each file in the folder and its subfolders, except hidden ones."""
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    return {str(file.relative_to(path)): file.stat().st_size for file in files}
