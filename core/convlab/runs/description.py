"""Everything a run folder says about its run, read without executing anything from it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from convlab.errors import ConvlabError, RunFolderError
from convlab.experiment.differences import changed_settings
from convlab.host import PluginHost
from convlab.parts import PART_TYPES
from convlab.runs.listed_run import read_listed
from convlab.runs.lookup import find_run
from convlab.runs.recorded_plugin import RecordedPlugin
from convlab.runs.recorded_run import RecordedRun, open_run, read_summary

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
        "damage": [listed.message] if listed.state == "damaged" else [],
    }
    try:
        described["epochs"] = _read_epochs(path / "metrics.jsonl")
        if (path / "environment.json").exists():
            described |= _describe_recorded(open_run(path), host or PluginHost())
        if listed.state == "finished":
            summary = read_summary(path)
            described |= {key: summary.get(key) for key in ("parameters", "timing", "epochs")}
    except ConvlabError as error:
        if str(error) not in described["damage"]:
            described["damage"].append(str(error))
    return described


def _describe_recorded(run: RecordedRun, host: PluginHost) -> dict[str, Any]:
    experiment = run.experiment.model_dump(mode="json", exclude_none=True)
    return {
        "parts": {key: experiment[key] for key in _PARTS if experiment[key]},
        "changed": changed_settings(run.experiment, host),
        "environment": {key: value for key, value in run.environment.items() if key != "plugins"},
        "plugins": [_describe_plugin(plugin) for plugin in run.plugins],
    }


def _describe_plugin(plugin: RecordedPlugin) -> dict[str, Any]:
    described = asdict(plugin) | {"kind": plugin.part_type.kind.name, "sha256": plugin.sha256}
    return {key: value for key, value in described.items() if key not in ("part_type", "text")}


def _read_epochs(file: Path) -> list[dict[str, Any]]:
    """Return the records of the epochs, without a last line that is incomplete."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
        records = [json.loads(line) for line in lines]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        raise RunFolderError(f"{str(file)!r} is damaged ({error})") from None
    return [record for record in records if isinstance(record, dict)]


def _file_sizes(path: Path) -> dict[str, int]:
    """Return the size in bytes of each file in the folder and its subfolders, except hidden ones."""
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    return {str(file.relative_to(path)): file.stat().st_size for file in files}
