"""The settings of an experiment that differ from their defaults."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from convlab.errors import UnknownNameError
from convlab.experiment import Experiment
from convlab.host import PluginHost
from convlab.parts import PART_TYPES, Architecture, Part


def changed_settings(experiment: Experiment, host: PluginHost) -> dict[str, Any]:
    """Return the settings that differ from their defaults, by dotted key as ``-s`` accepts it.

    All options of a part that the host does not have are returned, since their defaults are unknown.

    Args:
        experiment: a resolved experiment, with every option written out.
        host: where to look up the parts' defaults.
    """
    defaults = Experiment()
    changed: dict[str, Any] = {}
    for section in ("data", "train"):
        default = getattr(defaults, section).model_dump()
        for key, value in getattr(experiment, section).model_dump().items():
            if value != default[key]:
                changed[f"{section}.{key}"] = value
    architecture = _find(host, Architecture, experiment.architecture)
    usual = architecture.default_scaling if isinstance(architecture, Architecture) else "standard"
    if experiment.data.scaling == usual:
        changed.pop("data.scaling", None)
    for prefix, part, options in _parts(experiment, host):
        known = _plain(asdict(part.options())) if part is not None and part.options else {}
        changed |= {f"{prefix}.{key}": value for key, value in options.items() if value != known.get(key)}
        for name in part.kind.train_defaults if part is not None else ():
            if getattr(experiment.train, name) == getattr(part, name):
                changed.pop(f"train.{name}", None)
    return changed


def _parts(experiment: Experiment, host: PluginHost) -> Iterator[tuple[str, Part | None, dict[str, Any]]]:
    """Yield the dotted prefix of a part's options, the part and its options."""
    for part_type in PART_TYPES:
        kind = part_type.kind
        options = getattr(experiment, kind.options_key)
        if kind.several:
            for name, its_options in options.items():
                yield f"{kind.word}.{name}", _find(host, part_type, name), its_options
        else:
            yield kind.word, _find(host, part_type, getattr(experiment, kind.key)), options


def _find(host: PluginHost, part_type: type[Part], name: str) -> Part | None:
    try:
        return host.find(part_type, name).part
    except UnknownNameError:
        return None


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """Return options as a TOML file stores them: lists for tuples, strings for paths."""
    plain: dict[str, Any] = json.loads(json.dumps(options, default=str))
    return plain
