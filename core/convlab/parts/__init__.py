"""What plugins provide: one module per kind of part, which declares everything that convlab knows of it."""

from convlab.errors import ConfigError
from convlab.parts.architecture import Architecture
from convlab.parts.augmentation import Augmentation
from convlab.parts.dataset import Dataset
from convlab.parts.loss import Loss
from convlab.parts.metric import Metric
from convlab.parts.optimizer import Optimizer
from convlab.parts.part import Kind, Part
from convlab.parts.schedule import Schedule
from convlab.parts.tracker import Tracker
from convlab.text.suggestions import did_you_mean

__all__ = [
    "PART_TYPES",
    "Architecture",
    "Augmentation",
    "Dataset",
    "Kind",
    "Loss",
    "Metric",
    "Optimizer",
    "Part",
    "Schedule",
    "Tracker",
    "part_type",
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
"""All kinds of part, in the order in which convlab lists them. To add one, append it before anything else of
convlab is imported: the experiment's settings and the command line's flags are generated from this list."""


def part_type(name: str) -> type[Part]:
    """Return the kind of part with a name, singular or plural.

    Raises:
        ConfigError: there is no such kind.
    """
    for candidate in PART_TYPES:
        if name.lower() in (candidate.kind.name, candidate.kind.plural, candidate.kind.word):
            return candidate
    raise ConfigError(f"unknown kind {name!r}; {did_you_mean(name, [each.kind.name for each in PART_TYPES])}")
