"""The validation set is a stratified, seeded part of the training set."""

import numpy as np
import pytest

from convlab import ConfigError
from convlab.data.split import split_labels
from convlab.experiment import DataSettings

LABELS = np.repeat(np.arange(4), [100, 300, 7, 593])


def test_the_split_is_stratified_and_disjoint() -> None:
    split = split_labels(LABELS, DataSettings(validation=0.2), seed=0)
    assert np.bincount(LABELS[split.validation]).tolist() == [20, 60, 1, 119]
    combined = np.concatenate([split.train, split.validation])
    assert np.array_equal(np.sort(combined), np.arange(1000))


def test_the_seed_determines_the_validation_set() -> None:
    first, same, other = (split_labels(LABELS, DataSettings(), seed=seed).validation for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_a_limit_takes_a_stratified_part_before_the_split() -> None:
    split = split_labels(LABELS, DataSettings(limit=100, validation=0.1), seed=0)
    assert (len(split.train), len(split.validation)) == (90, 10)
    chosen = np.concatenate([split.train, split.validation])
    assert np.bincount(LABELS[chosen]).tolist() == [10, 30, 1, 59]


def test_without_validation_all_images_are_used_for_training() -> None:
    split = split_labels(LABELS, DataSettings(validation=0.0), seed=0)
    assert (len(split.train), len(split.validation)) == (1000, 0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (DataSettings(limit=1001), "`data.limit` is 1001, but the training set has only 1000 images"),
        (DataSettings(limit=4, validation=0.1), "holds out 0 of 4 images"),
        (DataSettings(limit=2, validation=0.99), "holds out 2 of 2 images"),
    ],
)
def test_a_split_with_an_empty_part_is_refused(settings: DataSettings, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        split_labels(LABELS, settings, seed=0)
