"""The steps of a run, the order of its images and its end."""

import numpy as np
import pytest

from convlab import ConfigError
from convlab.experiment import TrainSettings
from convlab.training.plan import Plan


def test_the_last_batch_of_an_epoch_counts_as_a_step() -> None:
    plan = Plan.of(TrainSettings(epochs=3, batch_size=30), images=100)
    assert (plan.steps_per_epoch, plan.total_steps, plan.epochs) == (4, 12, 3)
    assert [plan.images_seen(steps) for steps in (1, 3, 4)] == [30, 90, 100]


def test_max_steps_ends_the_run_inside_an_epoch() -> None:
    plan = Plan.of(TrainSettings(epochs=3, batch_size=30, max_steps=6), images=100)
    assert (plan.epochs, plan.steps(1), plan.steps(2)) == (2, 4, 2)
    assert Plan.of(TrainSettings(epochs=1, batch_size=30, max_steps=99), images=100).total_steps == 4


def test_the_order_is_a_permutation_that_depends_on_seed_and_epoch_only() -> None:
    indices = np.arange(500, 600)
    plan, other_seed = (Plan.of(TrainSettings(batch_size=10, seed=seed), images=100) for seed in (0, 1))
    order = plan.order(indices, epoch=2)
    assert np.array_equal(np.sort(order), indices)
    assert np.array_equal(order, plan.order(indices, epoch=2))
    assert not np.array_equal(order, plan.order(indices, epoch=1))
    assert not np.array_equal(order, other_seed.order(indices, epoch=2))


def test_a_batch_larger_than_the_training_set_is_refused_with_the_largest_that_fits() -> None:
    with pytest.raises(
        ConfigError,
        match="there are only 100 training images; use 100 or less",
    ):
        Plan.of(TrainSettings(batch_size=101), images=100)


def test_the_default_batch_is_reduced_to_a_smaller_training_set(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="convlab"):
        plan = Plan.of(TrainSettings(epochs=2), images=43)
    assert (plan.batch_size, plan.total_steps) == (43, 2)
    assert "each step trains on all 43 training images, fewer than `train.batch_size`" in caplog.text
