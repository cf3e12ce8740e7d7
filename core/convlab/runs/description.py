"""All that is known of one run, without running anything of it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from convlab.errors import ConvlabError, RunFolderError
from convlab.experiment.differences import changed_settings
from convlab.host import PluginHost
from convlab.runs.listed_run import read_listed
from convlab.runs.lookup import find_run
from convlab.runs.recorded_plugin import RecordedPlugin
from convlab.runs.recorded_run import RecordedRun, open_run, read_json

_CHOSEN = ("dataset", "architecture", "optimizer", "metrics", "trackers")


def describe_run(
    run: str | Path, *, runs_dir: str | Path = "runs", host: PluginHost | None = None
) -> dict[str, Any]:
    """Return what ``convlab show-run --json`` prints.

    A damaged file is named under ``damage``, and what the others hold is shown all the same.

    Args:
        run: its folder, its name, a part of its name that no other has, or ``last``.
        runs_dir: the folder that has the runs.
        host: tells the defaults of options; by default all installed plugins. Nothing of the run is loaded.

    Raises:
        ConfigError: no run, or more than one, is meant.
        RunFolderError: the folder is no run's.
    """
    path = find_run(run, runs_dir)
    listed = read_listed(str(path))
    if listed is None:
        raise RunFolderError(f"{str(path)!r} is not a run's folder: it has nothing that a run writes")
    described = listed.record() | {
        "parts": {key: value for key in _CHOSEN if (value := listed.record().get(key))},
        "changed": {},
        "epochs": [],
        "timing": {},
        "parameters": None,
        "environment": {},
        "plugins": [],
        "files": _files(path),
        "damage": [listed.message] if listed.state == "damaged" else [],
    }
    try:
        described["epochs"] = _epochs(path / "metrics.jsonl")
        if (path / "environment.json").exists():
            opened = open_run(path)
            described |= _of(opened, host or PluginHost())
        if listed.state == "finished":
            summary = read_json(path / "summary.json", "")
            described |= {key: summary.get(key) for key in ("parameters", "timing", "epochs")}
    except ConvlabError as error:
        if str(error) not in described["damage"]:
            described["damage"].append(str(error))
    return described


def _of(run: RecordedRun, host: PluginHost) -> dict[str, Any]:
    experiment = run.experiment.model_dump(mode="json", exclude_none=True)
    return {
        "parts": {key: experiment[key] for key in _CHOSEN if experiment[key]},
        "changed": changed_settings(run.experiment, host),
        "environment": {key: value for key, value in run.environment.items() if key != "plugins"},
        "plugins": [_plugin(plugin) for plugin in run.plugins],
    }


def _plugin(plugin: RecordedPlugin) -> dict[str, Any]:
    noted = asdict(plugin) | {"kind": plugin.part_type.kind.name, "sha256": plugin.sha256}
    return {key: value for key, value in noted.items() if key not in ("part_type", "text")}


def _epochs(file: Path) -> list[dict[str, Any]]:
    """Return the records of the epochs; a last line that was cut off is left out."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
        records = [json.loads(line) for line in lines]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        raise RunFolderError(f"{str(file)!r} is damaged: {error}") from None
    return [record for record in records if isinstance(record, dict)]


def _files(path: Path) -> dict[str, int]:
    """Return the sizes of the run's files in bytes, those in folders too."""
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    return {str(file.relative_to(path)): file.stat().st_size for file in files}
