"""From the results of all runs to what they say about the arms."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convlab.comparison.arm import ArmResult
from convlab.comparison.result import Comparison, PairResult, Split, Unit, decide, is_fraction, verdict
from convlab.comparison.statistics import Estimate, Method, differences, estimate, image_noise
from convlab.errors import ConvlabError
from convlab.experiment import ResolvedExperiment
from convlab.runs.recorded_images import recorded_images
from convlab.trials.trial import TrialResult


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is compared, and how.

    Attributes:
        metric: the metric.
        larger_is_better: whether it is.
        split: the set that it is computed on.
        error_rate: of the whole comparison.
        margin: the largest difference that does not matter.
        method: of the intervals.
    """

    metric: str
    larger_is_better: bool
    split: Split
    error_rate: float
    margin: float
    method: Method


def conclude(
    arms: Mapping[str, ResolvedExperiment],
    results: Mapping[str, Sequence[TrialResult]],
    question: Question,
    rate: float,
) -> Comparison:
    """Return the comparison of the results so far.

    Args:
        arms: the arms.
        results: of each arm, in the order of the seeds.
        question: what is compared.
        rate: the error rate of this look.
    """
    sign = 1 if question.larger_is_better else -1
    ranked = sorted(
        (arm_result(label, arm, results[label], question, 1 - rate) for label, arm in arms.items()),
        key=lambda arm: -sign * arm.estimate.mean,
    )
    unit = Unit(question.metric, is_fraction=is_fraction(question.metric, ranked))
    found = differences(
        [sign * arm.scores for arm in ranked],
        error_rate=rate,
        margin=question.margin,
        method=question.method,
    )
    pairs = []
    for difference in found:
        better, worse = ranked[difference.first].label, ranked[difference.second].label
        decision = decide(difference, question.margin)
        pairs.append(
            PairResult(
                better=better,
                worse=worse,
                difference=difference,
                decision=decision,
                images=_over_images(results[better], results[worse], difference.estimate.level),
                verdict=verdict(better, worse, difference, decision, unit),
            )
        )
    return Comparison(
        metric=question.metric,
        split=question.split,
        seeds=tuple(result.summary["experiment"]["train"]["seed"] for result in next(iter(results.values()))),
        error_rate=question.error_rate,
        margin=question.margin,
        arms=tuple(ranked),
        pairs=tuple(pairs),
    )


def arm_result(
    label: str,
    arm: ResolvedExperiment,
    results: Sequence[TrialResult],
    question: Question,
    level: float,
) -> ArmResult:
    """Return the scores of one arm's runs, and their mean with its interval at a level."""
    scores = np.array([_score(label, result, question) for result in results])
    return ArmResult(
        label=label,
        experiment=arm.experiment,
        runs=tuple(str(result.folder) for result in results),
        scores=scores,
        seconds=np.array([float(result.summary["timing"]["train"]) for result in results]),
        parameters=int(results[0].summary["parameters"]),
        estimate=estimate(scores, level, question.method),
    )


def _score(label: str, result: TrialResult, question: Question) -> float:
    value = (
        result.test[question.metric]
        if question.split == "test"
        else validation_score(result.summary, f"val_{question.metric}")
    )
    if value is None or not math.isfinite(value):
        raise ConvlabError(
            f"{question.metric!r} of {label!r} is not a number ({result.folder}); choose another `metric`"
        )
    return float(value)


def validation_score(summary: Mapping[str, Any], score: str) -> float | None:
    """Return a value of the epoch whose weights were saved; ``None`` if it is not finite."""
    epochs = {record["epoch"]: record for record in summary["epochs"]}
    value: float | None = epochs[summary["selected_epoch"]][score]
    return value


def _over_images(
    better: Sequence[TrialResult], worse: Sequence[TrialResult], level: float
) -> Estimate | None:
    first = [result.correct for result in better if result.correct is not None]
    second = [result.correct for result in worse if result.correct is not None]
    if not first or not second:
        return None
    return image_noise(np.array(first, np.float64), np.array(second, np.float64), level)


def check_images(results: Mapping[str, Sequence[TrialResult]]) -> None:
    """Check that the runs of one seed used the same images, so that their difference is that of the arms.

    Raises:
        ConvlabError: the data changed since one of them, an earlier run, was trained.
    """
    for paired in zip(*results.values(), strict=True):
        found = {label: _images(result) for label, result in zip(results, paired, strict=True)}
        first, *others = found
        for label in others:
            if found[label] != found[first]:
                runs = " and ".join(str(paired[list(found).index(each)].folder) for each in (first, label))
                raise ConvlabError(
                    f"{first!r} and {label!r} were trained on different images ({runs}); the data changed "
                    "between them: remove the older run, and compare again"
                )


def _images(result: TrialResult) -> dict[str, str] | None:
    """Return the digest of each split that a run used."""
    assert result.folder is not None, "the run has finished"
    recorded = recorded_images(result.folder)
    return None if recorded is None else {use: split.sha256 for use, split in recorded.splits.items()}
