"""The statistics of comparisons, against SciPy and against simulated runs."""

import math

import numpy as np
import pytest
from scipy import stats

from convlab.comparison.result import Unit, decide, verdict
from convlab.comparison.statistics import Scores, differences, estimate, holm, image_noise, looks

LEVEL, RATE, MARGIN = 0.95, 0.05, 0.005


def simulated(rng: np.random.Generator, *means: float, seeds: int, noise: float = 0.004) -> list[Scores]:
    """Scores of arms that share a part of their noise, as runs of one seed do."""
    shared = rng.normal(0, noise, seeds)
    return [shared + rng.normal(mean, noise, seeds) for mean in means]


def test_one_pair_is_the_paired_t_test() -> None:
    first, second = simulated(np.random.default_rng(0), 0.91, 0.90, seeds=6)
    expected = stats.ttest_rel(first, second)
    (difference,) = differences([first, second], error_rate=RATE, margin=MARGIN)
    assert difference.p_value == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(LEVEL)
    assert (difference.estimate.low, difference.estimate.high) == pytest.approx((interval.low, interval.high))
    assert difference.estimate.mean == pytest.approx(np.mean(first - second))


def test_the_bootstrap_interval_is_scipy_s_bca() -> None:
    values = np.random.default_rng(0).gamma(2, 0.01, 30)
    expected = stats.bootstrap((values,), np.mean, confidence_level=LEVEL, method="BCa", rng=0)
    found = estimate(values, LEVEL, "bca")
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval), rel=0.01)


def test_holm_tests_the_smallest_p_value_most_strictly_and_stops_at_the_first_failure() -> None:
    rates, adjusted = holm([0.03, 0.01, 0.02, 0.5], 0.05)
    assert rates == pytest.approx([0.05 / 3, 0.05 / 4, 0.05 / 3, 0.05 / 3])
    assert adjusted == pytest.approx([0.06, 0.04, 0.06, 0.5])


@pytest.mark.parametrize("arms", [2, 3, 5])
def test_significance_the_interval_and_the_adjusted_p_value_agree(arms: int) -> None:
    rng = np.random.default_rng(arms)
    for _ in range(50):
        scores = simulated(rng, *np.linspace(0.9, 0.91, arms), seeds=4)
        for pair in differences(scores, error_rate=RATE, margin=MARGIN):
            excludes_zero = pair.estimate.low > 0 or pair.estimate.high < 0
            assert pair.is_significant == excludes_zero == (pair.adjusted < RATE)


def test_equal_scores_are_no_difference_and_few_equal_differences_prove_nothing() -> None:
    ones = np.ones(3)
    (same,) = differences([0.9 * ones, 0.9 * ones], error_rate=RATE, margin=MARGIN)
    assert (same.is_significant, decide(same, MARGIN), same.p_value) == (False, "equivalent", 1.0)
    (coarse,) = differences([0.9 * ones, 0.8 * ones], error_rate=RATE, margin=MARGIN)
    assert decide(coarse, MARGIN) == "undecided"
    assert coarse.more_seeds == 3, "six of six equal signs have a probability of 1/32"
    (sure,) = differences([0.9 * np.ones(6), 0.8 * np.ones(6)], error_rate=RATE, margin=MARGIN)
    assert decide(sure, MARGIN) == "different"


def test_the_planned_number_of_seeds_finds_the_difference_with_the_planned_power() -> None:
    rng = np.random.default_rng(0)
    (pilot,) = differences(simulated(rng, 0.902, 0.9, seeds=5), error_rate=RATE, margin=0.0)
    assert pilot.more_seeds
    seeds = 5 + pilot.more_seeds
    mean, sd = pilot.estimate.mean, pilot.estimate.sd
    found = [
        stats.ttest_1samp(rng.normal(mean, sd, seeds), 0).pvalue < RATE for _ in range(2000)
    ]  # the true difference is the observed one
    assert 0.76 < np.mean(found) < 0.86


def test_the_looks_spend_the_whole_error_rate() -> None:
    plan = looks(5, 40, RATE)
    assert [count for count, _ in plan] == [5, 8, 12, 18, 27, 40]
    assert sum(rate for _, rate in plan) == pytest.approx(RATE)
    assert looks(5, 5, RATE) == ((5, RATE),)


def test_image_noise_is_that_of_the_mean_over_seeds() -> None:
    rng = np.random.default_rng(0)
    first, second = (rng.random((3, 400)) < share for share in (0.9, 0.8))
    found = image_noise(first.astype(float), second.astype(float), LEVEL)
    assert found.mean == pytest.approx(first.mean() - second.mean())
    assert found.high - found.low == pytest.approx(
        2 * 1.966 * (first * 1.0 - second).mean(axis=0).std(ddof=1) / math.sqrt(400), rel=1e-3
    )


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            [0.92, 0.921, 0.923, 0.92],
            [0.90, 0.902, 0.901, 0.90],
            "cnn is better than mlp by 2.03 points (95%",
        ),
        ([0.9, 0.901, 0.9, 0.9], [0.9, 0.9, 0.901, 0.9], "cnn and mlp differ by no more than"),
        ([0.95, 0.9, 0.91], [0.9, 0.92, 0.9], "cannot tell cnn and mlp apart yet (95% interval -"),
    ],
)
def test_the_verdict_says_what_the_interval_shows(
    first: list[float], second: list[float], words: str
) -> None:
    (pair,) = differences([np.array(first), np.array(second)], error_rate=RATE, margin=MARGIN)
    said = verdict("cnn", "mlp", pair, decide(pair, MARGIN), Unit("accuracy", is_fraction=True))
    assert said.startswith(words)
    assert ("more seeds needed" in said) == (decide(pair, MARGIN) == "undecided")


@pytest.mark.slow
@pytest.mark.parametrize(("arms", "seeds", "until"), [(2, 3, None), (2, 5, None), (5, 5, None), (2, 5, 40)])
def test_equal_arms_are_called_different_no_more_often_than_promised(
    arms: int, seeds: int, until: int | None
) -> None:
    rng, repeats, false = np.random.default_rng(0), 1000, 0
    plan = ((seeds, RATE),) if until is None else looks(seeds, until, RATE)
    for _ in range(repeats):
        scores = simulated(rng, *[0.9] * arms, seeds=plan[-1][0])
        found = (
            pair.is_significant
            for count, rate in plan
            for pair in differences([s[:count] for s in scores], error_rate=rate, margin=MARGIN)
        )
        false += any(found)
    assert stats.binomtest(false, repeats, RATE, alternative="greater").pvalue > 0.001, false / repeats


@pytest.mark.slow
def test_intervals_contain_the_true_difference_as_often_as_they_say() -> None:
    rng, repeats = np.random.default_rng(0), 1000
    inside = 0
    for _ in range(repeats):
        (pair,) = differences(simulated(rng, 0.903, 0.9, seeds=5), error_rate=RATE, margin=MARGIN)
        inside += pair.estimate.low <= 0.003 <= pair.estimate.high
    assert stats.binomtest(inside, repeats, LEVEL, alternative="less").pvalue > 0.001, inside / repeats
