"""What plugins provide: one module per kind of part, which declares everything that convlab knows of it."""

from convlab.errors import ConfigError
from convlab.parts.architecture import Architecture
from convlab.parts.augmentation import Augmentation
from convlab.parts.dataset import Dataset
from convlab.parts.loss import Loss
from convlab.parts.metric import Metric
from convlab.parts.optimizer import Optimizer
from convlab.parts.part import Kind, Part
from convlab.parts.recipe import Claim, Recipe
from convlab.parts.schedule import Schedule
from convlab.parts.tracker import Tracker
from convlab.text.suggestions import did_you_mean

__all__ = [
    "PART_TYPES",
    "Architecture",
    "Augmentation",
    "Claim",
    "Dataset",
    "Kind",
    "Loss",
    "Metric",
    "Optimizer",
    "Part",
    "Recipe",
    "Schedule",
    "Tracker",
    "part_type",
    "provided_types",
]

PART_TYPES: list[type[Part]] = [
    Dataset,
    Augmentation,
    Architecture,
    Loss,
    Optimizer,
    Schedule,
    Metric,
    Tracker,
]
"""All kinds of part that an experiment names, in the order in which convlab lists them. To add one, append it
before anything else of convlab is imported: settings and command-line flags are generated from this list."""


def provided_types() -> list[type[Part]]:
    """Return everything that plugins provide: the kinds of part that an experiment names, and recipes."""
    return [*PART_TYPES, Recipe]


def part_type(name: str) -> type[Part]:
    """Return the kind of part with a name, singular or plural.

    Raises:
        ConfigError: there is no such kind.
    """
    for candidate in provided_types():
        if name.lower() in (candidate.kind.name, candidate.kind.plural, candidate.kind.word):
            return candidate
    known = [each.kind.name for each in provided_types()]
    raise ConfigError(f"unknown kind {name!r}; {did_you_mean(name, known)}")
