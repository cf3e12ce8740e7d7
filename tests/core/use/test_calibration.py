"""The expected calibration error, against figures worked out by hand."""

import numpy as np
import numpy.typing as npt
import pytest

from convlab.use.calibration import calibration


def logits_of(*confidences: float) -> npt.NDArray[np.float32]:
    """Return logits of two classes whose first has these probabilities."""
    first = np.array(confidences)
    logits: npt.NDArray[np.float32] = np.log(np.stack([first, 1 - first], axis=1)).astype(np.float32)
    return logits


def test_each_bin_counts_by_its_images() -> None:
    # Ten bins: 0.92 and 0.96 share one, of confidence 0.94 and accuracy 0.5; 0.72 has one, and is right.
    found = calibration(logits_of(0.92, 0.96, 0.72), np.array([0, 1, 0]), bins=10)
    assert found.error == pytest.approx((2 * abs(0.94 - 0.5) + abs(0.72 - 1)) / 3, abs=1e-6)
    assert found.confidence == pytest.approx((0.92 + 0.96 + 0.72) / 3, abs=1e-6)
    assert found.bins == 10


def test_predictions_as_often_right_as_they_are_confident_have_no_error() -> None:
    labels = np.array([0] * 75 + [1] * 25)
    assert calibration(logits_of(*[0.75] * 100), labels).error == pytest.approx(0, abs=1e-6)


def test_certain_predictions_fall_into_the_last_bin_without_overflow() -> None:
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]], np.float32)
    assert calibration(logits, np.array([0, 0])).error == pytest.approx(0.5)
