"""Which images of the train split are learnt from and which are held out for validation."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convlab.data.image_data import ImageData, Split
from convlab.data.sampling import stratified_sample
from convlab.errors import ConfigError
from convlab.experiment.settings import DataSettings

Indices = npt.NDArray[np.int64]

# Set the streams of random numbers apart that one seed gives.
_LIMIT_STREAM, _VALIDATION_STREAM = 1, 2


@dataclass(frozen=True, kw_only=True)
class TrainValSplit:
    """Indices into the train split, ascending; no index is in both."""

    train: Indices
    validation: Indices


class HeldOut(NamedTuple):
    """Images that validate each epoch.

    Attributes:
        split: where they are from.
        indices: their positions there.
    """

    split: Split
    indices: Indices


def split_data(data: ImageData, settings: DataSettings, seed: int) -> tuple[TrainValSplit, HeldOut]:
    """Divide the train split, unless the data bring a validation split of their own.

    Args:
        data: the images and labels.
        settings: ``limit`` and ``validation``, of which 0 means no validation at all.
        seed: the same seed gives the same division.

    Raises:
        ConfigError: the limit is larger than the split, or one side would be empty.
    """
    if data.validation is None or not settings.validation:
        division = divide(data.train.labels, settings, seed)
        return division, HeldOut(data.train, division.validation)
    division = divide(data.train.labels, settings.model_copy(update={"validation": 0.0}), seed)
    return division, HeldOut(data.validation, np.arange(len(data.validation.labels)))


def divide(labels: npt.NDArray[np.int64], settings: DataSettings, seed: int) -> TrainValSplit:
    """Divide the train split, each class in the same proportion.

    Args:
        labels: of the whole train split, shape ``(n,)``.
        settings: ``limit`` and ``validation``.
        seed: the same seed gives the same division.

    Raises:
        ConfigError: the limit is larger than the split, or one side would be empty.
    """
    chosen = np.arange(len(labels))
    if settings.limit is not None:
        if settings.limit > len(labels):
            raise ConfigError(f"data.limit is {settings.limit} but there are {len(labels)} train images")
        chosen = stratified_sample(labels, settings.limit, np.random.default_rng([seed, _LIMIT_STREAM]))
    held_out = round(settings.validation * len(chosen))
    if settings.validation and not 0 < held_out < len(chosen):
        raise ConfigError(
            f"data.validation is {settings.validation}, which holds out {held_out} of {len(chosen)} images: "
            "set it to 0 for no validation, or use more images"
        )
    rng = np.random.default_rng([seed, _VALIDATION_STREAM])
    positions = stratified_sample(labels[chosen], held_out, rng)
    return TrainValSplit(train=np.delete(chosen, positions), validation=chosen[positions])
