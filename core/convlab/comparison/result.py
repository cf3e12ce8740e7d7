"""The result of a comparison, and its verdicts in words."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from convlab.comparison.arm import ArmResult
from convlab.comparison.statistics import Difference, Estimate
from convlab.text.formatting import duration

Split = Literal["validation", "test"]
Decision = Literal["different", "equivalent", "undecided"]


@dataclass(frozen=True, kw_only=True)
class PairResult:
    """What the comparison says about two arms.

    Attributes:
        better: the label of the arm with the better mean.
        worse: the label of the other one.
        difference: of the scores, positive.
        decision: ``different``, ``equivalent`` (any difference is within the margin) or ``undecided``.
        images: the difference in accuracy over test images, if the test set was compared.
        verdict: the decision in words.
    """

    better: str
    worse: str
    difference: Difference
    decision: Decision
    images: Estimate | None
    verdict: str

    def record(self) -> dict[str, Any]:
        """Return the pair as JSON values."""
        estimate = self.difference.estimate
        return {
            "better": self.better,
            "worse": self.worse,
            "decision": self.decision,
            "verdict": self.verdict,
            "difference": estimate.mean,
            "sd": estimate.sd,
            "low": estimate.low if math.isfinite(estimate.low) else None,
            "high": estimate.high if math.isfinite(estimate.high) else None,
            "level": estimate.level,
            "p_value": self.difference.p_value,
            "p_value_adjusted": self.difference.adjusted,
            "probability_better": self.difference.wins,
            "more_seeds": self.difference.more_seeds,
            "over_images": None if self.images is None else asdict(self.images),
        }


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The result of ``compare``.

    Attributes:
        metric: the compared metric.
        split: ``validation`` or ``test``.
        seeds: the seeds that all arms were trained with.
        error_rate: the probability of calling any of equal arms better.
        margin: the largest difference that does not matter.
        arms: the best first.
        pairs: every pair of arms, those of the best arm first.
    """

    metric: str
    split: Split
    seeds: tuple[int, ...]
    error_rate: float
    margin: float
    arms: tuple[ArmResult, ...]
    pairs: tuple[PairResult, ...]

    @property
    def is_decided(self) -> bool:
        """Whether every pair is decided."""
        return all(pair.decision != "undecided" for pair in self.pairs)

    @property
    def unit(self) -> "Unit":
        """How scores and differences are written."""
        return Unit(self.metric, is_fraction=is_fraction(self.metric, self.arms))

    def _repr_html_(self) -> str:
        from convlab.drawing.notebook import fragment

        headings, rows = self.table()
        return fragment(headings=headings, rows=rows, lines=[pair.verdict for pair in self.pairs])

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return the headings and the rows of the table of arms, as text."""
        unit, level = self.unit, f"{self.arms[0].estimate.level * 100:.4g}%"
        headings = ("arm", f"{self.split} {self.metric}", "sd", f"{level} interval", "training", "parameters")
        return headings, [
            (
                arm.label,
                unit.score(arm.estimate.mean),
                unit.amount(arm.estimate.sd),
                f"{unit.amount(arm.estimate.low)} to {unit.amount(arm.estimate.high)}",
                duration(float(arm.seconds.mean())),
                f"{arm.parameters:,}",
            )
            for arm in self.arms
        ]

    def save(self, to: str | Path) -> Path:
        """Write the comparison as a page, a table or a figure, by the suffix of the file.

        Args:
            to: a file that ends in ``.html``, ``.csv``, ``.md``, ``.tex``, ``.png``, ``.svg`` or ``.pdf``.

        Returns:
            The file's path.

        Raises:
            ConfigError: the file has another suffix, or it is a page that convlab did not write.
            ConvlabError: the file cannot be written.
        """
        from convlab.comparison.views import write_comparison

        return write_comparison(self, to)

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab compare --json`` prints."""
        return {
            "metric": self.metric,
            "split": self.split,
            "seeds": list(self.seeds),
            "error_rate": self.error_rate,
            "margin": self.margin,
            "decided": self.is_decided,
            "arms": [arm.record() for arm in self.arms],
            "pairs": [pair.record() for pair in self.pairs],
        }


class Unit:
    """How scores and differences are written: fractions in percent and points, other scores as they are.

    Args:
        metric: the metric.
        is_fraction: whether its values are between 0 and 1.
    """

    def __init__(self, metric: str, *, is_fraction: bool) -> None:
        self.name = "points" if is_fraction else metric
        self.is_fraction = is_fraction

    def score(self, value: float) -> str:
        """Return a score, such as ``91.23 %``."""
        return f"{100 * value:.2f} %" if self.is_fraction else f"{value:.4g}"

    def amount(self, value: float) -> str:
        """Return a difference without its unit, such as ``0.31``."""
        if not math.isfinite(value):
            return "∞" if value > 0 else "-∞"
        return f"{100 * value:.2f}" if self.is_fraction else f"{value:.4g}"


def is_fraction(metric: str, arms: Iterable[ArmResult]) -> bool:
    """Return whether a metric's scores are fractions, such as an accuracy."""
    return metric != "loss" and all(0 <= score <= 1 for arm in arms for score in arm.scores)


def decide(difference: Difference, margin: float) -> Decision:
    """Return what an interval says: it excludes 0, lies within the margin, or neither."""
    interval = difference.estimate
    if difference.is_significant:
        return "different"
    return "equivalent" if max(-interval.low, interval.high) <= margin else "undecided"


def verdict(better: str, worse: str, difference: Difference, decision: Decision, unit: Unit) -> str:
    """Return a decision in words."""
    interval = difference.estimate
    low, high = unit.amount(interval.low), unit.amount(interval.high)
    span = f"{interval.level * 100:.4g}% interval {low} to {high}"
    if decision == "different":
        return f"{better} is better than {worse} by {unit.amount(interval.mean)} {unit.name} ({span})"
    if decision == "equivalent":
        bound = unit.amount(max(-interval.low, interval.high))
        return f"{better} and {worse} differ by no more than {bound} {unit.name} ({span})"
    more = difference.more_seeds
    needed = "more than 1,000 more seeds" if more is None else f"about {max(1, more)} more seeds"
    return f"cannot tell {better} and {worse} apart yet ({span}); {needed} needed"
