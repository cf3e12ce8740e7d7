"""The expected calibration error, compared with values computed by hand."""

import numpy as np
import numpy.typing as npt
import pytest

from convlab.use.evaluation_report import measure_calibration


def logits_of(*confidences: float) -> npt.NDArray[np.float32]:
    """Return logits of two classes whose first has these probabilities."""
    first = np.array(confidences)
    logits: npt.NDArray[np.float32] = np.log(np.stack([first, 1 - first], axis=1)).astype(np.float32)
    return logits


def test_each_bin_is_weighted_by_its_number_of_images() -> None:
    # 0.92 and 0.96 share a bin, of confidence 0.94 and accuracy 0.5; 0.72 is alone in its bin, and correct.
    calibration = measure_calibration(logits_of(0.92, 0.96, 0.72), np.array([0, 1, 0]), bins=10)
    assert calibration.error == pytest.approx((2 * abs(0.94 - 0.5) + abs(0.72 - 1)) / 3, abs=1e-6)
    assert calibration.confidence == pytest.approx((0.92 + 0.96 + 0.72) / 3, abs=1e-6)
    assert calibration.bins == 10


def test_predictions_whose_confidence_equals_their_accuracy_have_no_error() -> None:
    labels = np.array([0] * 75 + [1] * 25)
    assert measure_calibration(logits_of(*[0.75] * 100), labels).error == pytest.approx(0, abs=1e-6)


def test_certain_predictions_fall_into_the_last_bin_without_overflow() -> None:
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]], np.float32)
    assert measure_calibration(logits, np.array([0, 0])).error == pytest.approx(0.5)
