"""The parts and options that an experiment's names mean, with every default filled in."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from convlab.errors import ConfigError
from convlab.experiment.settings import Experiment
from convlab.host import PluginHost, ProvidedPart
from convlab.options.reading import read_options
from convlab.parts import Architecture, Dataset, Metric, Optimizer, Part, Tracker
from convlab.text.suggestions import did_you_mean

PartT = TypeVar("PartT", bound=Part)
WithOptions = tuple[tuple[ProvidedPart[PartT], Any], ...]
"""Parts, each with its options."""


@dataclass(frozen=True, kw_only=True)
class ResolvedExperiment:
    """An experiment whose parts are found and whose options are read.

    Attributes:
        experiment: with canonical names and all options written out; it runs again as it is.
        metrics: each with its options, in the order of the experiment.
        trackers: the same.
    """

    experiment: Experiment
    dataset: ProvidedPart[Dataset]
    dataset_options: Any
    architecture: ProvidedPart[Architecture]
    architecture_options: Any
    optimizer: ProvidedPart[Optimizer]
    optimizer_options: Any
    metrics: WithOptions[Metric]
    trackers: WithOptions[Tracker]

    @property
    def learning_rate(self) -> float:
        """The rate that training starts from, or its peak under a schedule."""
        rate = self.experiment.train.learning_rate
        assert rate is not None, "a resolved experiment has a learning rate"
        return rate

    def parts(self) -> tuple[ProvidedPart[Any], ...]:
        """All parts that the experiment uses."""
        several = (*self.metrics, *self.trackers)
        return (self.dataset, self.architecture, self.optimizer, *(part for part, _ in several))


def resolve(experiment: Experiment, host: PluginHost) -> ResolvedExperiment:
    """Find the parts of an experiment and read their options.

    Raises:
        UnknownNameError: a part has no or several providers.
        ConfigError: an option is unknown or of the wrong type.
    """
    dataset = host.find(Dataset, experiment.dataset)
    architecture = host.find(Architecture, experiment.architecture)
    optimizer = host.find(Optimizer, experiment.optimizer)
    options = {
        part.part.kind: part_options(part, getattr(experiment, f"{part.part.kind}_options"))
        for part in (dataset, architecture, optimizer)
    }
    metrics = _several(Metric, experiment.metrics, experiment.metric_options, host)
    trackers = _several(Tracker, experiment.trackers, experiment.tracker_options, host)
    if any(metric.part.name == "loss" for metric, _ in metrics):
        raise ConfigError("metrics: the loss is always measured; leave 'loss' out")
    rate = experiment.train.learning_rate
    rate = optimizer.part.learning_rate if rate is None else rate
    canonical = experiment.model_copy(
        update={
            "dataset": dataset.canonical_name,
            "architecture": architecture.canonical_name,
            "optimizer": optimizer.canonical_name,
            "metrics": tuple(metric.canonical_name for metric, _ in metrics),
            "trackers": tuple(tracker.canonical_name for tracker, _ in trackers),
            "train": experiment.train.model_copy(update={"learning_rate": rate}),
            **{f"{kind}_options": _written(values) for kind, values in options.items()},
            "metric_options": _written_by_name(metrics),
            "tracker_options": _written_by_name(trackers),
        }
    )
    return ResolvedExperiment(
        experiment=canonical,
        dataset=dataset,
        dataset_options=options["dataset"],
        architecture=architecture,
        architecture_options=options["architecture"],
        optimizer=optimizer,
        optimizer_options=options["optimizer"],
        metrics=metrics,
        trackers=trackers,
    )


def part_options(provided: ProvidedPart[Any], values: dict[str, Any], named: str = "") -> Any:
    """Return the options of a part, of its own class; ``None`` where it has none.

    Args:
        provided: the part.
        values: what an experiment gives.
        named: the name that the experiment has for one of several parts of its kind, for messages.

    Raises:
        ConfigError: an option is unknown or of the wrong type.
    """
    part: Part = provided.part
    key = f"{part.kind}_options" + (f".{named}" if named else "")
    return read_options(part.options, values, key=key, owner=f"{part.kind} {part.name!r}")


def _written(options: Any) -> dict[str, Any]:
    """Return options as TOML can hold them, where a key that is not there stands for ``None``."""
    if options is None:
        return {}
    defaults = type(options)()
    values = asdict(options)
    for name, value in values.items():
        if value is None and getattr(defaults, name) is not None:
            raise ConfigError(f"option {name} is None, which cannot be kept: leave it out or give it a value")
    return {name: value for name, value in values.items() if value is not None}


def _written_by_name(parts: Iterable[tuple[ProvidedPart[Any], Any]]) -> dict[str, dict[str, Any]]:
    return {part.canonical_name: _written(options) for part, options in parts if options is not None}


def _several(
    part_type: type[PartT], names: tuple[str, ...], options: dict[str, dict[str, Any]], host: PluginHost
) -> WithOptions[PartT]:
    """Find parts of a kind that an experiment may have several of, and read their options.

    Raises:
        UnknownNameError: one has no or several providers.
        ConfigError: one is named twice, options are of none, or one is unknown or of the wrong type.
    """
    kind = part_type.kind
    parts = [host.find(part_type, name) for name in names]
    found = [provided.part.name for provided in parts]
    for name in found:
        if found.count(name) > 1:
            raise ConfigError(f"{kind}s: {name!r} is named twice; name each {kind} once")
    for name in options:
        if name not in names:
            hint = did_you_mean(name, names) if names else f"name it with --{kind} {name}"
            raise ConfigError(f"{kind}_options.{name}: not among the {kind}s; {hint}")
    return tuple(
        (part, part_options(part, options.get(name, {}), name))
        for name, part in zip(names, parts, strict=True)
    )
