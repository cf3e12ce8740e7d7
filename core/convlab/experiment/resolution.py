"""The parts and options that an experiment names, with all defaults filled in."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from convlab.errors import ConfigError
from convlab.experiment.settings import DataSettings, Experiment
from convlab.host import PluginHost, ProvidedPart
from convlab.options.reading import read_options
from convlab.parts import (
    PART_TYPES,
    Architecture,
    Augmentation,
    Dataset,
    Loss,
    Metric,
    Optimizer,
    Part,
    Schedule,
    Tracker,
)
from convlab.parts.architecture import Scaling
from convlab.text.suggestions import did_you_mean

PartT = TypeVar("PartT", bound=Part)
WithOptions = tuple[tuple[ProvidedPart[PartT], Any], ...]
"""Parts, each with its options."""


@dataclass(frozen=True, kw_only=True)
class ResolvedExperiment:
    """An experiment whose parts are found and whose options are read.

    Attributes:
        experiment: the experiment with unambiguous names and all options written out; it can run as it is.
        chosen: the parts of each kind with their options, by experiment key, such as ``dataset`` or
            ``metrics``, in the order of the experiment.
    """

    experiment: Experiment
    chosen: Mapping[str, WithOptions[Any]]

    @property
    def dataset(self) -> ProvidedPart[Dataset]:
        """The dataset."""
        return self.chosen["dataset"][0][0]

    @property
    def dataset_options(self) -> Any:
        """The options of the dataset."""
        return self.chosen["dataset"][0][1]

    @property
    def architecture(self) -> ProvidedPart[Architecture]:
        """The architecture."""
        return self.chosen["architecture"][0][0]

    @property
    def architecture_options(self) -> Any:
        """The options of the architecture."""
        return self.chosen["architecture"][0][1]

    @property
    def loss(self) -> ProvidedPart[Loss]:
        """The loss."""
        return self.chosen["loss"][0][0]

    @property
    def loss_options(self) -> Any:
        """The options of the loss."""
        return self.chosen["loss"][0][1]

    @property
    def optimizer(self) -> ProvidedPart[Optimizer]:
        """The optimizer."""
        return self.chosen["optimizer"][0][0]

    @property
    def optimizer_options(self) -> Any:
        """The options of the optimizer."""
        return self.chosen["optimizer"][0][1]

    @property
    def schedule(self) -> ProvidedPart[Schedule]:
        """The learning rate schedule."""
        return self.chosen["schedule"][0][0]

    @property
    def schedule_options(self) -> Any:
        """The options of the schedule."""
        return self.chosen["schedule"][0][1]

    @property
    def augmentations(self) -> WithOptions[Augmentation]:
        """The augmentations in the order in which they apply, each with its options."""
        return self.chosen["augment"]

    @property
    def scaling(self) -> Scaling:
        """How pixels are scaled."""
        scaling = self.experiment.data.scaling
        assert scaling is not None, "a resolved experiment has a scaling"
        return scaling

    @property
    def metrics(self) -> WithOptions[Metric]:
        """The metrics, each with its options."""
        return self.chosen["metrics"]

    @property
    def trackers(self) -> WithOptions[Tracker]:
        """The trackers, each with its options."""
        return self.chosen["trackers"]

    @property
    def learning_rate(self) -> float:
        """The learning rate, or its peak under a schedule."""
        rate = self.experiment.train.learning_rate
        assert rate is not None, "a resolved experiment has a learning rate"
        return rate

    def parts(self) -> tuple[ProvidedPart[Any], ...]:
        """Return all parts that the experiment uses."""
        return tuple(part for parts in self.chosen.values() for part, _ in parts)


def resolve(experiment: Experiment, host: PluginHost) -> ResolvedExperiment:
    """Find the parts of an experiment and read their options.

    Raises:
        UnknownNameError: no plugin, or several, provide a part.
        ConfigError: an option is unknown or invalid.
    """
    chosen = {part_type.kind.key: _choose(part_type, experiment, host) for part_type in PART_TYPES}
    if any(metric.part.name == "loss" for metric, _ in chosen["metrics"]):
        raise ConfigError("`metrics`: the loss is always computed; remove 'loss'")
    canonical: dict[str, Any] = {}
    train: dict[str, Any] = {}
    for kind in (part_type.kind for part_type in PART_TYPES):
        parts = chosen[kind.key]
        if kind.several:
            canonical[kind.key] = tuple(part.canonical_name for part, _ in parts)
            canonical[kind.options_key] = {
                part.canonical_name: _written(options) for part, options in parts if options is not None
            }
            continue
        [(part, options)] = parts
        canonical[kind.key] = part.canonical_name
        canonical[kind.options_key] = _written(options)
        train |= {
            name: getattr(part.part, name)
            for name in kind.train_defaults
            if getattr(experiment.train, name) is None
        }
    canonical["data"] = _with_scaling(experiment.data, chosen["architecture"][0][0].part)
    canonical["train"] = experiment.train.model_copy(update=train)
    return ResolvedExperiment(experiment=experiment.model_copy(update=canonical), chosen=chosen)


def _with_scaling(settings: DataSettings, architecture: Any) -> DataSettings:
    needed = architecture.scaling
    if needed and settings.scaling not in (None, needed):
        raise ConfigError(
            f"`data.scaling`: {architecture} needs {needed!r}, got {settings.scaling!r}; "
            f"set it to {needed!r} or omit it"
        )
    return settings.model_copy(update={"scaling": settings.scaling or architecture.default_scaling})


def part_options(provided: ProvidedPart[Any], values: Mapping[str, Any], named: str = "") -> Any:
    """Return a part's options, an instance of its own class; ``None`` if it has none.

    Args:
        provided: the part.
        values: the values in the experiment.
        named: the part's name in the experiment if its kind allows several, for messages.

    Raises:
        ConfigError: an option is unknown or invalid.
    """
    part: Part = provided.part
    key = part.kind.options_key + (f".{named}" if named else "")
    return read_options(part.options, values, key=key, owner=str(part))


def _choose(part_type: type[PartT], experiment: Experiment, host: PluginHost) -> WithOptions[PartT]:
    kind = part_type.kind
    named, options = getattr(experiment, kind.key), getattr(experiment, kind.options_key)
    if kind.several:
        return _several(part_type, named, options, host)
    provided = host.find(part_type, named)
    return ((provided, part_options(provided, options)),)


def _several(
    part_type: type[PartT], names: tuple[str, ...], options: dict[str, dict[str, Any]], host: PluginHost
) -> WithOptions[PartT]:
    kind = part_type.kind
    parts = [host.find(part_type, name) for name in names]
    found = [provided.part.name for provided in parts]
    for name in found:
        if found.count(name) > 1:
            raise ConfigError(f"`{kind.key}`: duplicate {kind} {name!r}; name each once")
    for name in options:
        if name not in names:
            hint = did_you_mean(name, names) if names else f"add {name!r} to `{kind.key}`"
            raise ConfigError(f"`{kind.options_key}.{name}`: not one of the {kind.plural}; {hint}")
    return tuple(
        (part, part_options(part, options.get(name, {}), name))
        for name, part in zip(names, parts, strict=True)
    )


def _written(options: Any) -> dict[str, Any]:
    """Return options as TOML can store them, where a missing key means ``None``."""
    if options is None:
        return {}
    defaults = type(options)()
    values = asdict(options)
    for name, value in values.items():
        if value is None and getattr(defaults, name) is not None:
            raise ConfigError(f"option {name} is None, which TOML cannot store; give it a value or omit it")
    return {name: value for name, value in values.items() if value is not None}
