"""Whether a model is as often right as it is confident."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 15


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How confidence and accuracy agree.

    Attributes:
        error: the expected calibration error (Guo et al. 2017, On Calibration of Modern Neural Networks,
            equation 3): the mean over images of the difference between confidence and accuracy in their bin.
        bins: how many bins of equal width the confidences 0 to 1 are divided into.
        confidence: the mean probability of the predicted classes.
    """

    error: float
    bins: int
    confidence: float


def calibration(
    logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], bins: int = BINS
) -> Calibration:
    """Return the calibration of predictions.

    Args:
        logits: ``(n, num_classes)``.
        labels: ``(n,)``.
        bins: how many bins of equal width; a confidence on a border belongs to the lower one.
    """
    exact = logits.astype(np.float64)
    confidences = 1 / np.exp(exact - exact.max(axis=1, keepdims=True)).sum(axis=1)  # the largest softmax
    right = logits.argmax(axis=1) == labels
    borders = np.linspace(0, 1, bins + 1)
    positions = np.clip(np.searchsorted(borders, confidences, side="left") - 1, 0, bins - 1)
    # The bin's share of the images times the difference of its means is a difference of sums.
    differences = np.bincount(positions, weights=confidences - right, minlength=bins)
    return Calibration(
        error=float(np.abs(differences).sum() / len(labels)), bins=bins, confidence=float(confidences.mean())
    )
