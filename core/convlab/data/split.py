"""Which images of the training set are trained on, and which are held out for validation."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convlab.data.image_data import ImageData, Split
from convlab.errors import ConfigError
from convlab.experiment.settings import DataSettings

Indices = npt.NDArray[np.int64]

# Give each use of the seed its own stream of random numbers.
_LIMIT_STREAM, _VALIDATION_STREAM = 1, 2


@dataclass(frozen=True, kw_only=True)
class TrainValSplit:
    """Disjoint indices into the training set, each in ascending order."""

    train: Indices
    validation: Indices


class Subset(NamedTuple):
    """A selection of a split's images.

    Attributes:
        split: the split.
        indices: the indices of the selected images.
    """

    split: Split
    indices: Indices


def train_val_split(data: ImageData, settings: DataSettings, seed: int) -> tuple[TrainValSplit, Subset]:
    """Hold out a validation set, unless the dataset has its own.

    Args:
        data: the images and labels.
        settings: ``limit`` and ``validation``; if ``validation`` is 0, there is no validation set at all.
        seed: the same seed gives the same split.

    Returns:
        The split of the training set, and the validation images.

    Raises:
        ConfigError: ``limit`` is larger than the training set, or one part would be empty.
    """
    if data.validation is None or not settings.validation:
        indices = split_labels(data.train.labels, settings, seed)
        return indices, Subset(data.train, indices.validation)
    indices = split_labels(data.train.labels, settings.model_copy(update={"validation": 0.0}), seed)
    return indices, Subset(data.validation, np.arange(len(data.validation.labels)))


def split_labels(labels: npt.NDArray[np.int64], settings: DataSettings, seed: int) -> TrainValSplit:
    """Split the training set, stratified by class.

    Args:
        labels: labels of the whole training set, shape ``(n,)``.
        settings: ``limit`` and ``validation``.
        seed: the same seed gives the same split.

    Raises:
        ConfigError: ``limit`` is larger than the training set, or one part would be empty.
    """
    chosen = np.arange(len(labels))
    if settings.limit is not None:
        if settings.limit > len(labels):
            raise ConfigError(
                f"`data.limit` is {settings.limit}, but the training set has only {len(labels)} images"
            )
        chosen = stratified_sample(labels, settings.limit, np.random.default_rng([seed, _LIMIT_STREAM]))
    count = round(settings.validation * len(chosen))
    if settings.validation and not 0 < count < len(chosen):
        raise ConfigError(
            f"`data.validation` is {settings.validation}, which holds out {count} of {len(chosen)} images; "
            "set it to 0 for no validation, or use more images"
        )
    held_out = stratified_sample(labels[chosen], count, np.random.default_rng([seed, _VALIDATION_STREAM]))
    return TrainValSplit(train=np.delete(chosen, held_out), validation=chosen[held_out])


def stratified_sample(
    labels: npt.NDArray[np.int64], count: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Choose images in proportion to the class sizes, rounded by the largest-remainder method.

    Args:
        labels: shape ``(n,)``, with at least one label.
        count: how many to choose, 0 to ``n``.
        rng: the same state gives the same sample.

    Returns:
        The chosen indices in ascending order, shape ``(count,)``.
    """
    classes, sizes = np.unique(labels, return_counts=True)
    quotas = sizes * (count / len(labels))
    counts = np.floor(quotas).astype(np.int64)
    largest_remainders = np.argsort(counts - quotas, kind="stable")
    counts[largest_remainders[: count - counts.sum()]] += 1
    chosen = [
        rng.permutation(np.flatnonzero(labels == label))[:class_count]
        for label, class_count in zip(classes, counts, strict=True)
    ]
    return np.sort(np.concatenate(chosen))
