"""Which images of the train split are learnt from and which are held out for validation."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convlab.errors import ConfigError
from convlab.experiment.settings import DataSettings

Indices = npt.NDArray[np.int64]

# Set the streams of random numbers apart that one seed gives.
_LIMIT_STREAM, _VALIDATION_STREAM = 1, 2


@dataclass(frozen=True, kw_only=True)
class Division:
    """Indices into the train split, ascending; no index is in both."""

    train: Indices
    validation: Indices


def divide(labels: npt.NDArray[np.int64], settings: DataSettings, seed: int) -> Division:
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
        chosen = _stratified(labels, settings.limit, np.random.default_rng([seed, _LIMIT_STREAM]))
    held_out = round(settings.validation * len(chosen))
    if settings.validation and not 0 < held_out < len(chosen):
        raise ConfigError(
            f"data.validation is {settings.validation}, which holds out {held_out} of {len(chosen)} images: "
            "set it to 0 for no validation, or use more images"
        )
    rng = np.random.default_rng([seed, _VALIDATION_STREAM])
    positions = _stratified(labels[chosen], held_out, rng)
    return Division(train=np.delete(chosen, positions), validation=chosen[positions])


def _stratified(labels: npt.NDArray[np.int64], count: int, rng: np.random.Generator) -> Indices:
    """Choose ``count`` positions; each class gives its share, rounded by the largest remainder."""
    classes, sizes = np.unique(labels, return_counts=True)
    shares = sizes * (count / len(labels))
    taken = np.floor(shares).astype(np.int64)
    most_left_over = np.argsort(taken - shares, kind="stable")
    taken[most_left_over[: count - taken.sum()]] += 1
    chosen = [
        rng.permutation(np.flatnonzero(labels == label))[:number]
        for label, number in zip(classes, taken, strict=True)
    ]
    return np.sort(np.concatenate(chosen))
