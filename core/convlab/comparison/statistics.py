"""What the scores of several seeds say about the difference between two arms.

All methods are SciPy's, on the paired differences: two arms of the same seed share the validation split, the
order of the images and the test set, so their difference has less noise than each score.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
Method = Literal["t", "bca"]

_POWER = 0.8
_MOST_SEEDS = 1000
_GROWTH = 1.5  # of the number of seeds from one look to the next
_RESAMPLES = 9999


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean and its confidence interval.

    Attributes:
        mean: the mean of the values.
        sd: their standard deviation, with ``n - 1``.
        low: the lower end of the interval.
        high: the upper end of the interval.
        level: the level of the interval, such as 0.95.
    """

    mean: float
    sd: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The paired difference between two arms: the first's score minus the second's, positive if it is better.

    Attributes:
        first: the index of the first arm.
        second: the index of the second arm.
        estimate: over seeds, at the level at which Holm's procedure tests the pair.
        p_value: of the paired t-test.
        adjusted: the p-value after Holm's correction for the number of pairs.
        wins: the fraction of seeds for which the first is better, ties counted as half: an estimate of
            P(A>B), the probability that one run of the first beats one of the second (Bouthillier et al.
            2021, Accounting for variance in machine learning benchmarks, section 5).
        is_significant: whether the difference is significant after the correction.
        more_seeds: how many more seeds a test at this level needs to find a difference of the observed size
            with a probability of 80 %, or to bound it by the margin; ``None`` if that is more than 1,000.
    """

    first: int
    second: int
    estimate: Estimate
    p_value: float
    adjusted: float
    wins: float
    is_significant: bool
    more_seeds: int | None


def estimate(values: Scores, level: float, method: Method = "t") -> Estimate:
    """Return the mean of values with its confidence interval, which is unbounded for a single value.

    Args:
        values: float64 ``(n,)``.
        level: of the interval, between 0 and 1.
        method: ``t``, Student's interval, or ``bca``, the bias-corrected and accelerated bootstrap (Efron
            1987, Better bootstrap confidence intervals), which assumes no distribution but is too narrow
            for fewer than about 20 values.
    """
    from scipy import stats

    if np.ptp(values) == 0:  # no interval is defined without any variation
        mean = float(values[0])
        unbounded = 0.0 if _sign_test(values) < 1 - level or not mean else math.inf
        return Estimate(mean=mean, sd=0.0, low=mean - unbounded, high=mean + unbounded, level=level)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    if method == "t":
        interval = stats.ttest_1samp(values, 0.0).confidence_interval(level)
    else:
        interval = stats.bootstrap(
            (values,), np.mean, confidence_level=level, n_resamples=_RESAMPLES, method="BCa", rng=0
        ).confidence_interval
    return Estimate(mean=mean, sd=sd, low=float(interval.low), high=float(interval.high), level=level)


def differences(
    scores: Sequence[Scores], *, error_rate: float, margin: float, method: Method = "t"
) -> tuple[Difference, ...]:
    """Compare every pair of arms.

    The probability that any of equal arms is called better is at most ``error_rate`` for all pairs together
    (Holm 1979, A simple sequentially rejective multiple test procedure).

    Args:
        scores: one float64 array ``(seeds,)`` per arm, in which a larger value is better.
        error_rate: the probability of a false difference.
        margin: the largest difference that does not matter; only for ``more_seeds``.
        method: of the intervals.
    """
    pairs = [(a, b) for a in range(len(scores)) for b in range(a + 1, len(scores))]
    paired = [scores[a] - scores[b] for a, b in pairs]
    p_values = [_p_value(values) for values in paired]
    rates, adjusted = holm(p_values, error_rate)
    found = []
    for (first, second), values, p_value, rate, corrected in zip(
        pairs, paired, p_values, rates, adjusted, strict=True
    ):
        interval = estimate(values, 1 - rate, method)
        found.append(
            Difference(
                first=first,
                second=second,
                estimate=interval,
                p_value=p_value,
                adjusted=corrected,
                wins=float(np.mean((values > 0) + 0.5 * (values == 0))),
                is_significant=interval.low > 0 or interval.high < 0,
                more_seeds=_more_seeds(len(values), interval, rate, margin),
            )
        )
    return tuple(found)


def holm(p_values: Sequence[float], error_rate: float) -> tuple[list[float], list[float]]:
    """Return the rate at which Holm's procedure tests each p-value, and the adjusted p-values.

    After the first p-value that is not significant, the procedure stops; the remaining ones keep its rate,
    so that "significant" and "p-value below its rate" are the same.
    """
    count = len(p_values)
    rates, adjusted = [0.0] * count, [0.0] * count
    tests, corrected = count, 0.0
    for rank, index in enumerate(sorted(range(count), key=lambda each: p_values[each])):
        rates[index] = error_rate / tests
        corrected = max(corrected, min(1.0, p_values[index] * (count - rank)))
        adjusted[index] = corrected
        if p_values[index] < rates[index]:
            tests -= 1
    return rates, adjusted


def looks(first: int, last: int, error_rate: float) -> tuple[tuple[int, float], ...]:
    """Return when to look at the scores until a question is decided, and the error rate of each look.

    A test at every look at the full rate would find a false difference far too often. The rates add up to
    ``error_rate``, so that the intervals of all looks together hold at that level: repeated confidence
    intervals (Jennison and Turnbull 1989, Interim analyses: the repeated confidence interval approach) with
    a linear spending function (Lan and DeMets 1983, Discrete sequential boundaries for clinical trials) and
    Bonferroni's inequality instead of the joint distribution of the looks, which needs no normality.

    Args:
        first: the number of seeds at the first look, at least 2.
        last: the number of seeds at the last look.
        error_rate: of all looks together.
    """
    counts = [first]
    while counts[-1] < last:
        counts.append(min(last, math.ceil(counts[-1] * _GROWTH)))
    spent = [0, *counts]
    return tuple(
        (count, error_rate * (count - before) / last) for before, count in zip(spent, counts, strict=False)
    )


def image_noise(first: Scores, second: Scores, level: float) -> Estimate:
    """Return the difference in accuracy with its interval over test images.

    The interval over seeds holds for this test set; this one says how much of the difference another test
    set of the same kind may change.

    Args:
        first: ``(seeds, images)``, 1 where the first arm is right and 0 where it is wrong.
        second: the same of the second arm.
        level: of the interval.
    """
    return estimate((first - second).mean(axis=0), level)


def _p_value(values: Scores) -> float:
    from scipy import stats

    if np.ptp(values) > 0:
        return float(stats.ttest_1samp(values, 0.0).pvalue)
    return _sign_test(values)


def _sign_test(values: Scores) -> float:
    """Return the p-value of equal values: coarse scores of few seeds may agree by chance."""
    from scipy import stats

    return float(stats.binomtest(len(values), len(values)).pvalue) if values[0] else 1.0


def _more_seeds(count: int, interval: Estimate, error_rate: float, margin: float) -> int | None:
    """Return how many seeds are missing; 0 if the question is settled."""
    if interval.low > 0 or interval.high < 0 or max(-interval.low, interval.high) <= margin:
        return 0

    def is_settled(total: int) -> bool:
        is_bounded = abs(interval.mean) + _half_width(total, interval.sd, error_rate) <= margin
        return is_bounded or _power(total, interval, error_rate) >= _POWER

    more = 1 + bisect.bisect_left(range(count + 1, count + _MOST_SEEDS + 1), True, key=is_settled)
    return more if more <= _MOST_SEEDS else None


def _half_width(count: int, sd: float, error_rate: float) -> float:
    from scipy import stats

    return float(stats.t.ppf(1 - error_rate / 2, count - 1)) * sd / math.sqrt(count)


def _power(count: int, observed: Estimate, error_rate: float) -> float:
    """Return the probability that a paired t-test of so many seeds finds the observed difference."""
    from scipy import stats

    if not observed.sd:
        return float(_sign_test(np.ones(count)) < error_rate)
    shift = abs(observed.mean) / observed.sd * math.sqrt(count)
    return float(stats.nct.sf(stats.t.ppf(1 - error_rate / 2, count - 1), count - 1, shift))
