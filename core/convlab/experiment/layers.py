"""An experiment from several layers, such as a TOML file, the environment and the command line."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from convlab.experiment.earlier_names import with_current_names
from convlab.experiment.settings import Experiment
from convlab.parts import PART_TYPES, Kind

Tables = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Settings from one place.

    Attributes:
        origin: the place, for messages.
        tables: the settings, nested as in TOML.
    """

    origin: str
    tables: Tables


def merge(layers: Iterable[Layer]) -> tuple[Experiment, list[str]]:
    """Apply layers in order, each over the ones before it.

    Options belong to the part that they were written for. A layer that names another part therefore drops
    the lower layers' options of that kind and the ``[train]`` settings whose defaults the part declares, such
    as an optimizer's learning rate.

    Returns:
        The experiment, and a note for each thing that was dropped.
    """
    merged: Tables = {}
    notes: list[str] = []
    for layer in layers:
        layer = replace(layer, tables=with_current_names(layer.tables))
        for kind in (part_type.kind for part_type in PART_TYPES):
            if kind.several:
                _keep_options_of_named(merged, kind, layer)
            else:
                notes += _drop_what_belongs_to_another(merged, kind, layer)
        _update(merged, layer.tables)
    return Experiment.model_validate(merged), notes


def _keep_options_of_named(merged: Tables, kind: Kind, layer: Layer) -> None:
    options = merged.get(kind.options_key)
    if kind.key in layer.tables and isinstance(options, dict):
        merged[kind.options_key] = {k: v for k, v in options.items() if k in layer.tables[kind.key]}


def _drop_what_belongs_to_another(merged: Tables, kind: Kind, layer: Layer) -> list[str]:
    previous = merged.get(kind.key, kind.default)
    if layer.tables.get(kind.key, previous) == previous:
        return []
    dropped = []
    if merged.pop(kind.options_key, None):
        dropped.append(kind.options_key)
    train = merged.get("train")
    if isinstance(train, dict):
        dropped += [f"train.{name}" for name in kind.train_defaults if train.pop(name, None) is not None]
    if not dropped:
        return []
    change = f"{layer.origin} changes the {kind} from {previous!r} to {layer.tables[kind.key]!r}"
    return [f"{change}; dropped its {' and '.join(dropped)}"]


def _update(lower: Tables, upper: Mapping[str, Any]) -> None:
    for key, value in upper.items():
        if isinstance(value, dict) and isinstance(lower.get(key), dict):
            _update(lower[key], value)
        else:
            lower[key] = deepcopy(value)
