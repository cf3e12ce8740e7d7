"""Held-out images are a stratified, seeded part of the train split."""

import numpy as np
import pytest

from convlab import ConfigError
from convlab.data.split import divide
from convlab.experiment import DataSettings

LABELS = np.repeat(np.arange(4), [100, 300, 7, 593])


def test_each_class_gives_its_share_and_no_image_is_on_both_sides() -> None:
    division = divide(LABELS, DataSettings(validation=0.2), seed=0)
    assert np.bincount(LABELS[division.validation]).tolist() == [20, 60, 1, 119]
    together = np.concatenate([division.train, division.validation])
    assert np.array_equal(np.sort(together), np.arange(1000))


def test_the_seed_decides_which_images_are_held_out() -> None:
    first, same, other = (divide(LABELS, DataSettings(), seed=seed).validation for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_a_limit_takes_a_stratified_part_before_anything_is_held_out() -> None:
    division = divide(LABELS, DataSettings(limit=100, validation=0.1), seed=0)
    assert (len(division.train), len(division.validation)) == (90, 10)
    chosen = np.concatenate([division.train, division.validation])
    assert np.bincount(LABELS[chosen]).tolist() == [10, 30, 1, 59]


def test_without_validation_all_images_are_trained_on() -> None:
    division = divide(LABELS, DataSettings(validation=0.0), seed=0)
    assert (len(division.train), len(division.validation)) == (1000, 0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (DataSettings(limit=1001), "data.limit is 1001 but there are 1000 train images"),
        (DataSettings(limit=4, validation=0.1), "holds out 0 of 4 images"),
        (DataSettings(limit=2, validation=0.99), "holds out 2 of 2 images"),
    ],
)
def test_a_division_with_an_empty_side_is_refused(settings: DataSettings, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        divide(LABELS, settings, seed=0)
