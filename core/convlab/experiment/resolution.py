"""The parts and options that an experiment's names mean, with every default filled in."""

from dataclasses import asdict, dataclass
from typing import Any

from convlab.descriptors import Architecture, Dataset, Metric, Optimizer, Part
from convlab.errors import ConfigError
from convlab.experiment.settings import Experiment
from convlab.host import PluginHost, ProvidedPart
from convlab.options import read_options
from convlab.suggestions import did_you_mean


@dataclass(frozen=True, kw_only=True)
class ResolvedExperiment:
    """An experiment whose parts are found and whose options are read.

    Attributes:
        experiment: with canonical names and all options written out; it runs again as it is.
        metrics: each with its options, in the order of the experiment.
    """

    experiment: Experiment
    dataset: ProvidedPart[Dataset]
    dataset_options: Any
    architecture: ProvidedPart[Architecture]
    architecture_options: Any
    optimizer: ProvidedPart[Optimizer]
    optimizer_options: Any
    metrics: tuple[tuple[ProvidedPart[Metric], Any], ...]

    @property
    def learning_rate(self) -> float:
        """The rate that training starts from, or its peak under a schedule."""
        rate = self.experiment.train.learning_rate
        assert rate is not None, "a resolved experiment has a learning rate"
        return rate

    def parts(self) -> tuple[ProvidedPart[Any], ...]:
        """All parts that the experiment uses."""
        return (self.dataset, self.architecture, self.optimizer, *(metric for metric, _ in self.metrics))


def resolve(experiment: Experiment, host: PluginHost) -> ResolvedExperiment:
    """Find the parts of an experiment and read their options.

    Raises:
        UnknownNameError: a part has no or several providers.
        ConfigError: an option is unknown or of the wrong type.
    """
    dataset = host.find(Dataset, experiment.dataset)
    architecture = host.find(Architecture, experiment.architecture)
    optimizer = host.find(Optimizer, experiment.optimizer)
    metrics = [host.find(Metric, name) for name in experiment.metrics]
    _refuse_ambiguous_metrics(experiment, metrics)
    options = {
        part.part.kind: part_options(part, getattr(experiment, f"{part.part.kind}_options"))
        for part in (dataset, architecture, optimizer)
    }
    metric_options = [
        part_options(metric, experiment.metric_options.get(name, {}), name)
        for name, metric in zip(experiment.metrics, metrics, strict=True)
    ]
    rate = experiment.train.learning_rate
    rate = optimizer.part.learning_rate if rate is None else rate
    canonical = experiment.model_copy(
        update={
            "dataset": dataset.canonical_name,
            "architecture": architecture.canonical_name,
            "optimizer": optimizer.canonical_name,
            "metrics": tuple(metric.canonical_name for metric in metrics),
            "train": experiment.train.model_copy(update={"learning_rate": rate}),
            **{f"{kind}_options": _written(values) for kind, values in options.items()},
            "metric_options": {
                metric.canonical_name: _written(values)
                for metric, values in zip(metrics, metric_options, strict=True)
                if values is not None
            },
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
        metrics=tuple(zip(metrics, metric_options, strict=True)),
    )


def part_options(provided: ProvidedPart[Any], values: dict[str, Any], metric: str = "") -> Any:
    """Return the options of a part, of its own class; ``None`` where it has none.

    Args:
        provided: the part.
        values: what an experiment gives.
        metric: the name that the experiment has for a metric, for messages.

    Raises:
        ConfigError: an option is unknown or of the wrong type.
    """
    part: Part = provided.part
    key = f"{part.kind}_options" + (f".{metric}" if metric else "")
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


def _refuse_ambiguous_metrics(experiment: Experiment, metrics: list[ProvidedPart[Metric]]) -> None:
    names = [metric.part.name for metric in metrics]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"metrics: {name!r} is named twice; name each metric once")
        if name == "loss":
            raise ConfigError("metrics: the loss is always measured; leave 'loss' out")
    for name in experiment.metric_options:
        if name not in experiment.metrics:
            raise ConfigError(
                f"metric_options.{name}: not among the metrics; {did_you_mean(name, experiment.metrics)}"
            )
