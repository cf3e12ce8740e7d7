"""What of an experiment is not as it would be by itself."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from convlab.errors import UnknownNameError
from convlab.experiment import Experiment
from convlab.host import PluginHost
from convlab.parts import Architecture, Dataset, Metric, Optimizer, Part, Tracker


def changed_settings(experiment: Experiment, host: PluginHost) -> dict[str, Any]:
    """Return the settings that differ from their defaults, by dotted key, as ``-s`` takes them.

    Options of a part that the host does not have are all returned, since their defaults are not known.

    Args:
        experiment: resolved, with every option written out.
        host: tells the defaults of parts.
    """
    defaults = Experiment()
    changed: dict[str, Any] = {}
    for section in ("data", "train"):
        default = getattr(defaults, section).model_dump()
        for key, value in getattr(experiment, section).model_dump().items():
            if value != default[key]:
                changed[f"{section}.{key}"] = value
    for prefix, part, options in _parts(experiment, host):
        known = _plain(asdict(part.options())) if part is not None and part.options else {}
        changed |= {f"{prefix}.{key}": value for key, value in options.items() if value != known.get(key)}
        if isinstance(part, Optimizer) and experiment.train.learning_rate == part.learning_rate:
            changed.pop("train.learning_rate", None)
    return changed


def _parts(experiment: Experiment, host: PluginHost) -> Iterator[tuple[str, Part | None, dict[str, Any]]]:
    yield "dataset", _find(host, Dataset, experiment.dataset), experiment.dataset_options
    yield "architecture", _find(host, Architecture, experiment.architecture), experiment.architecture_options
    yield "optimizer", _find(host, Optimizer, experiment.optimizer), experiment.optimizer_options
    for name, options in experiment.metric_options.items():
        yield f"metric.{name}", _find(host, Metric, name), options
    for name, options in experiment.tracker_options.items():
        yield f"tracker.{name}", _find(host, Tracker, name), options


def _find(host: PluginHost, part_type: type[Part], name: str) -> Part | None:
    try:
        return host.find(part_type, name).part
    except UnknownNameError:
        return None


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """Return options as an experiment's file holds them: lists for tuples, text for paths."""
    plain: dict[str, Any] = json.loads(json.dumps(options, default=str))
    return plain
