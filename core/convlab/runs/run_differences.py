"""What differs between runs: the settings that not all of them have in common."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from convlab.experiment import Experiment
from convlab.experiment.earlier_names import with_current_names
from convlab.parts import PART_TYPES
from convlab.runs.listed_run import ListedRun

_KINDS = [part_type.kind for part_type in PART_TYPES if not part_type.kind.several]
_PREFIXES = {"train": "train", "data": "data"} | {kind.options_key: str(kind) for kind in _KINDS}
# A list of runs has these in columns of their own.
_SHOWN = ("dataset", "architecture")


def with_differences(runs: Sequence[ListedRun]) -> list[ListedRun]:
    """Return the runs, each with its values of the settings that differ between them.

    The options of a part are compared between runs with the same part.
    """
    settings = [flat_settings(run.tables) for run in runs]
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    keys = {key for flat in settings for key in flat}
    for run, flat in zip(runs, settings, strict=True):
        if run.tables:
            for key in keys:
                values[key, _owner(key, run)].add(_written(flat, key))
    differing = {of for of, found in values.items() if len(found) > 1}
    return [
        replace(run, differing={key: flat[key] for key in flat if (key, _owner(key, run)) in differing})
        for run, flat in zip(runs, settings, strict=True)
    ]


def flat_settings(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of an experiment by dotted key, as ``-s`` accepts it."""
    tables = with_current_names(dict(tables))
    flat = {kind.key: tables[kind.key] for kind in _KINDS if kind.key in tables and kind.key not in _SHOWN}
    for table, prefix in _PREFIXES.items():
        values = tables.get(table)
        if isinstance(values, dict):
            flat |= {f"{prefix}.{key}": value for key, value in values.items()}
    return flat


def _owner(key: str, run: ListedRun) -> str:
    """Return the part that an option belongs to; nothing for other settings."""
    prefix = key.partition(".")[0]
    return str(run.tables.get(prefix, "")) if prefix not in (key, "train", "data") else ""


def _written(flat: Mapping[str, Any], key: str) -> str:
    """Return a value as text; a setting that an earlier version did not have had today's default."""
    return repr(flat.get(key, _DEFAULTS.get(key)))


_DEFAULTS = flat_settings(Experiment().model_dump(mode="json"))
