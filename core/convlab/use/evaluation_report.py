"""The result of an evaluation, and how it is computed from logits and labels."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convlab.text.strict_json import finite
from convlab.use.inference import Logits, softmax

Labels = npt.NDArray[np.int64]

_BINS = 15


@dataclass(frozen=True, kw_only=True)
class ClassReport:
    """Precision, recall and F1 score of one class.

    Attributes:
        name: the class.
        precision: the fraction of the images predicted as this class that belong to it; NaN if none are.
        recall: the fraction of the images of this class that are predicted as such; NaN if there are none.
        f1: the harmonic mean of precision and recall.
        support: the number of images of this class.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """Images of one class that are predicted as another.

    Attributes:
        label: the true class.
        predicted: the predicted class.
        images: the number of images.
        fraction: of all images of the true class.
    """

    label: str
    predicted: str
    images: int
    fraction: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How well confidence predicts accuracy.

    Attributes:
        error: the expected calibration error (Guo et al. 2017, On Calibration of Modern Neural Networks,
            equation 3): the mean over images of the difference between confidence and accuracy in their bin.
        bins: the number of bins of equal width into which confidences from 0 to 1 are divided.
        confidence: the mean probability of the predicted classes.
    """

    error: float
    bins: int
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The result of an evaluation.

    Attributes:
        run: the run's folder.
        dataset: the dataset's name.
        split: ``test`` or ``validation``.
        images: the number of images.
        metrics: the loss and each metric of the run.
        classes: one report per class, in label order.
        confusion_matrix: int64 ``(num_classes, num_classes)``; rows are true classes, columns predictions.
        calibration: how well confidence predicts accuracy.
        logits: float32 ``(images, num_classes)``, in the order of the split.
        labels: int64 ``(images,)``.
    """

    run: Path
    dataset: str
    split: Literal["test", "validation"]
    images: int
    metrics: dict[str, float]
    classes: tuple[ClassReport, ...]
    confusion_matrix: npt.NDArray[np.int64]
    calibration: Calibration
    logits: Logits
    labels: Labels

    def worst_confusions(self, count: int = 10) -> list[Confusion]:
        """Return the most frequent confusions, in descending order."""
        mistakes = self.confusion_matrix.copy()
        np.fill_diagonal(mistakes, 0)
        order = np.argsort(-mistakes, axis=None, kind="stable")[:count]
        pairs = [divmod(int(position), len(mistakes)) for position in order]
        return [
            Confusion(
                label=self.classes[label].name,
                predicted=self.classes[predicted].name,
                images=int(mistakes[label, predicted]),
                fraction=float(mistakes[label, predicted] / self.classes[label].support),
            )
            for label, predicted in pairs
            if mistakes[label, predicted]
        ]

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab evaluate --json`` prints."""
        summary: dict[str, Any] = finite(
            {
                "run": str(self.run),
                "dataset": self.dataset,
                "split": self.split,
                "images": self.images,
                "metrics": self.metrics,
                "calibration": asdict(self.calibration),
                "classes": [asdict(report) for report in self.classes],
                "confusion_matrix": self.confusion_matrix.tolist(),
                "worst_confusions": [asdict(confusion) for confusion in self.worst_confusions()],
            }
        )
        return summary


def class_reports(logits: Logits, labels: Labels, names: Sequence[str]) -> tuple[ClassReport, ...]:
    """Return the report of each class, in label order."""
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(
        labels, logits.argmax(axis=1), labels=range(len(names)), zero_division=np.nan
    )
    return tuple(
        ClassReport(
            name=name, precision=float(precision), recall=float(recall), f1=float(f1), support=int(support)
        )
        for name, precision, recall, f1, support in zip(names, *columns, strict=True)
    )


def confusion_matrix(logits: Logits, labels: Labels) -> npt.NDArray[np.int64]:
    """Return the number of images per true class (rows) and predicted class (columns)."""
    from sklearn import metrics

    matrix: npt.NDArray[np.int64] = metrics.confusion_matrix(
        labels, logits.argmax(axis=1), labels=range(logits.shape[1])
    )
    return matrix


def measure_calibration(logits: Logits, labels: Labels, bins: int = _BINS) -> Calibration:
    """Return the calibration of predictions.

    Args:
        logits: ``(n, num_classes)``.
        labels: ``(n,)``.
        bins: the number of bins of equal width; a confidence at a boundary belongs to the lower bin.
    """
    confidence, accuracy, images = calibration_bins(logits, labels, bins)
    filled = images > 0
    # A bin's share of the images times the difference of its means.
    differences = images[filled] * np.abs(confidence[filled] - accuracy[filled])
    return Calibration(
        error=float(differences.sum() / len(labels)),
        bins=bins,
        confidence=float((images[filled] * confidence[filled]).sum() / len(labels)),
    )


def calibration_bins(
    logits: Logits, labels: Labels, bins: int = _BINS
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the mean confidence, the accuracy and the number of images of each bin of confidence.

    Args:
        logits: ``(n, num_classes)``.
        labels: ``(n,)``.
        bins: the number of bins of equal width; the means of an empty one are NaN.
    """
    confidences = softmax(logits).max(axis=1)
    correct = logits.argmax(axis=1) == labels
    boundaries = np.linspace(0, 1, bins + 1)
    positions = np.clip(np.searchsorted(boundaries, confidences, side="left") - 1, 0, bins - 1)
    images = np.bincount(positions, minlength=bins)
    totals = (np.bincount(positions, weights=values, minlength=bins) for values in (confidences, correct))
    confidence, accuracy = (np.where(images > 0, total / np.maximum(images, 1), np.nan) for total in totals)
    return confidence, accuracy, images
