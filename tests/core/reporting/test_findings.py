"""Sentences about a run claim no more than its numbers show."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import Evaluation
from convlab.reporting.findings import findings
from convlab.reporting.score import Score, wilson_interval
from convlab.use.evaluation_report import class_reports, confusion_matrix, measure_calibration


@dataclass
class FakeRun:
    """What the findings use of a run."""

    evaluation: Evaluation
    epochs: list[dict[str, Any]]
    path: Path
    selected_epoch: int = 1
    split: str = "test"
    described: dict[str, Any] = field(default_factory=lambda: {"test_looks": 1})


def evaluated(labels: list[int], predicted: list[int], confidence: float) -> Evaluation:
    """Return an evaluation of two classes."""
    other = 1 - confidence
    rows = [[confidence, other] if label == 0 else [other, confidence] for label in predicted]
    logits, truth = np.log(np.array(rows, np.float32)), np.array(labels)
    return Evaluation(
        run=Path("run"),
        dataset="d",
        split="test",
        images=len(labels),
        metrics={},
        classes=class_reports(logits, truth, ("<cat>", "dog")),
        confusion_matrix=confusion_matrix(logits, truth),
        calibration=measure_calibration(logits, truth),
        logits=logits,
        labels=truth,
    )


def found(
    evaluation: Evaluation,
    tmp_path: Path,
    *,
    linear: float = 0.5,
    training: float = 0.9,
    validation: float = 0.9,
) -> str:
    correct = int((evaluation.logits.argmax(axis=1) == evaluation.labels).sum())
    score = Score(
        correct=correct,
        images=evaluation.images,
        interval=wilson_interval(correct, evaluation.images),
        majority=0.5,
        majority_class="<cat>",
        linear=linear,
        linear_images=100,
    )
    epochs = [{"epoch": 1, "accuracy": training, "val_accuracy": validation}]
    run = FakeRun(evaluation=evaluation, epochs=epochs, path=tmp_path)
    return re.sub("</?bdi>", "", " ".join(map(str, findings(run, score))))  # type: ignore[arg-type]


GOOD = evaluated([0, 1] * 100, [0, 1] * 90 + [1, 0] * 10, 0.9)


def test_a_good_network_is_compared_with_the_linear_classifier(tmp_path: Path) -> None:
    text = found(GOOD, tmp_path)
    assert "40.0 points better than a linear classifier" in text
    assert "“&lt;cat&gt;” predicted as “dog”, 10 times (10.00\N{NO-BREAK SPACE}% of that class)" in text
    assert "confident" not in text
    assert "overfits" not in text


@pytest.mark.parametrize(
    ("evaluation", "settings", "claim"),
    [
        (GOOD, {"linear": 0.89}, "not clearly better than a linear classifier"),
        (GOOD, {"training": 0.99, "validation": 0.9}, "It overfits"),
        (evaluated([0, 1] * 100, [0, 1] * 90 + [1, 0] * 10, 0.99), {}, "It is overconfident"),
        (evaluated([0, 1] * 100, [0, 1] * 90 + [1, 0] * 10, 0.6), {}, "It is underconfident"),
        (evaluated([0, 1] * 100, [0] * 200, 0.5), {}, "not clear that the network has learned anything"),
        (evaluated([0], [0], 0.9), {}, "With only 1 image, the interval is wide"),
    ],
)
def test_what_stands_out_is_said(
    tmp_path: Path, evaluation: Evaluation, settings: dict[str, float], claim: str
) -> None:
    assert claim in found(evaluation, tmp_path, **settings)


def test_a_perfect_network_has_no_hardest_class(tmp_path: Path) -> None:
    text = found(evaluated([0, 1] * 100, [0, 1] * 100, 0.99), tmp_path)
    assert "hardest" not in text
    assert "confusion" not in text
