"""An experiment from its layers: a TOML file, then the environment, then the command line."""

import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from convlab.errors import ConfigError
from convlab.experiment.settings import Experiment
from convlab.text.suggestions import did_you_mean

# The short first word of a dotted key, and the table that it stands for.
TABLES = {
    "data": "data",
    "train": "train",
    "dataset": "dataset_options",
    "architecture": "architecture_options",
    "optimizer": "optimizer_options",
    "metric": "metric_options",
    "tracker": "tracker_options",
}
_PART_KEYS = ("dataset", "architecture", "optimizer")
_SEVERAL = {"metrics": "metric_options", "trackers": "tracker_options"}

Tables = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Settings from one place.

    Attributes:
        origin: the place, as a message names it.
        tables: the settings, nested as in TOML.
    """

    origin: str
    tables: Tables


def assignments(written: Iterable[str]) -> Tables:
    """Read ``KEY=VALUE`` settings with dotted keys, such as ``architecture.filters=[32, 64]``.

    A value is TOML where it can be read so, otherwise text.

    Raises:
        ConfigError: one has no ``=``, or its key names no table.
    """
    tables: Tables = {}
    for setting in written:
        dotted, sign, value = setting.partition("=")
        first, *rest = dotted.strip().split(".")
        if not sign or not rest or not all(rest):
            raise ConfigError(f"-s {setting}: write KEY=VALUE with a dotted key, such as -s train.epochs=3")
        if first not in TABLES:
            raise ConfigError(f"-s {setting}: no table {first!r}; {did_you_mean(first, TABLES)}")
        assign(tables, (TABLES[first], *rest), _value(value.strip()), setting)
    return tables


def assign(tables: Tables, path: tuple[str, ...], value: Any, written: str) -> None:
    """Set a nested key once.

    Raises:
        ConfigError: it is set already.
    """
    *parents, last = path
    for parent in parents:
        tables = tables.setdefault(parent, {})
        if not isinstance(tables, dict):
            raise ConfigError(f"{'.'.join(path)} is given twice: leave out {written}")
    if last in tables:
        raise ConfigError(f"{'.'.join(path)} is given twice: leave out {written}")
    tables[last] = value


def merge(layers: Iterable[Layer]) -> tuple[Experiment, list[str]]:
    """Lay each layer over the ones before it.

    Options belong to the part that they were written for: a layer that names another part leaves the
    lower layers' options for it out, and with an optimizer the learning rate that was found for it.

    Returns:
        The experiment, and a note for each thing that was left out.
    """
    merged: Tables = {}
    notes: list[str] = []
    for layer in layers:
        for key in _PART_KEYS:
            was = merged.get(key, Experiment.model_fields[key].default)
            if layer.tables.get(key, was) != was:
                notes += _leave_out(merged, key, was, layer)
        for names, options in _SEVERAL.items():
            if names in layer.tables and isinstance(merged.get(options), dict):
                kept = {k: v for k, v in merged[options].items() if k in layer.tables[names]}
                merged[options] = kept
        _lay_over(merged, layer.tables)
    return Experiment.model_validate(merged), notes


def _leave_out(merged: Tables, key: str, was: str, layer: Layer) -> list[str]:
    dropped = []
    if merged.pop(f"{key}_options", None):
        dropped.append(f"{key}_options")
    train = merged.get("train")
    if key == "optimizer" and isinstance(train, dict) and train.pop("learning_rate", None) is not None:
        dropped.append("train.learning_rate")
    if not dropped:
        return []
    left = " and ".join(dropped)
    return [f"{layer.origin} changes the {key} to {layer.tables[key]!r}: {left} of {was!r} left out"]


def _lay_over(lower: Tables, upper: Mapping[str, Any]) -> None:
    for key, value in upper.items():
        if isinstance(value, dict) and isinstance(lower.get(key), dict):
            _lay_over(lower[key], value)
        else:
            lower[key] = deepcopy(value)


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
