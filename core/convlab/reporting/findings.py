"""What the numbers of a run say, in plain sentences."""

import math
from collections.abc import Iterator
from typing import Any

from convlab.drawing.html import percent, sentence
from convlab.reporting.run_view import RunView
from convlab.reporting.score import Score, recorded_interval
from convlab.use.evaluation_report import Evaluation

_NOTICEABLE = 0.02
_FEW_IMAGES = 100


def findings(run: RunView, score: Score) -> list[Any]:
    """Return sentences, as HTML, about a run that has been evaluated, the most important first."""
    return [
        *_compared(score),
        *_looks(run),
        *_generalization(run),
        *_calibration(run.evaluation),
        *_classes(run.evaluation),
    ]


def _compared(score: Score) -> Iterator[Any]:
    low, _ = score.interval
    if score.images < _FEW_IMAGES:
        yield (
            f"With only {score.images:,} image{'s' if score.images > 1 else ''}, the interval is wide: "
            "the accuracy on other images may be very different."
        )
    if low <= score.majority:
        yield sentence(
            "It is not clear that the network has learned anything: always predicting “{name}” is right "
            f"for {percent(score.majority)} of the images.",
            name=score.majority_class,
        )
    elif score.linear is not None and low <= score.linear:
        yield (
            f"The network is not clearly better than a linear classifier of the pixels "
            f"({percent(score.linear)})."
        )
    elif score.linear is not None:
        points = 100 * (score.accuracy - score.linear)
        yield f"The network is {points:.1f} points better than a linear classifier of the pixels."


def _looks(run: RunView) -> Iterator[Any]:
    count = run.described["test_looks"]
    if run.split == "test" and count > 1:
        yield (
            f"{count:,} models of this folder were tested on this test set; if the best of them was chosen, "
            "a part of its score is luck."
        )


def _generalization(run: RunView) -> Iterator[Any]:
    selected = run.selected_epoch
    record = next((record for record in run.epochs if record["epoch"] == selected), {})
    training, validation = record.get("accuracy"), record.get("val_accuracy")
    if training is None or validation is None:
        return
    _, high = recorded_interval(run, "validation", validation) or (validation, validation)
    if training > high and training - validation > _NOTICEABLE:
        yield (
            f"It overfits: the accuracy on the training set ({percent(training)}) is "
            f"{100 * (training - validation):.1f} points above that on the validation set."
        )


def _calibration(evaluation: Evaluation) -> Iterator[Any]:
    accuracy = float((evaluation.logits.argmax(axis=1) == evaluation.labels).mean())
    difference = evaluation.calibration.confidence - accuracy
    if abs(difference) > _NOTICEABLE:
        word = "overconfident" if difference > 0 else "underconfident"
        yield (
            f"It is {word}: the mean confidence is {percent(evaluation.calibration.confidence)}, "
            f"but {percent(accuracy)} of the predictions are right."
        )


def _classes(evaluation: Evaluation) -> Iterator[Any]:
    known = [report for report in evaluation.classes if not math.isnan(report.recall)]
    weakest = min(known, key=lambda report: report.recall)
    if weakest.recall < 1:
        yield sentence(
            f"The hardest class is “{{name}}”: {percent(weakest.recall)} of its {weakest.support:,} images "
            "are recognized.",
            name=weakest.name,
        )
    for worst in evaluation.worst_confusions(1):
        times = "once" if worst.images == 1 else f"{worst.images:,} times"
        yield sentence(
            "The most frequent confusion is “{label}” predicted as “{predicted}”, "
            f"{times} ({percent(worst.fraction)} of that class).",
            label=worst.label,
            predicted=worst.predicted,
        )
