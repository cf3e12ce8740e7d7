"""What an evaluation found."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convlab.runs.folder import finite
from convlab.use.calibration import Calibration


@dataclass(frozen=True, kw_only=True)
class ClassReport:
    """How well one class is told from the others.

    Attributes:
        name: the class.
        precision: of the images predicted to be of it, how many are; NaN where there are none.
        recall: of its images, how many are predicted to be; NaN where there are none.
        f1: their harmonic mean.
        support: how many images it has.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """One class taken for another.

    Attributes:
        label: the class of the images.
        predicted: the class that they were taken for.
        images: how many.
        fraction: of all images of the class.
    """

    label: str
    predicted: str
    images: int
    fraction: float


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        run: the run's folder.
        dataset: the data set's name.
        split: ``test`` or ``validation``.
        images: how many there are.
        measures: the loss and each metric of the run.
        classes: a report a class, in the order of the labels.
        confusion_matrix: int64 ``(num_classes, num_classes)``; a row a class, a column a prediction.
        calibration: how confidence and accuracy agree.
        logits: float32 ``(images, num_classes)``, in the order of the split.
        labels: int64 ``(images,)``.
    """

    run: Path
    dataset: str
    split: Literal["test", "validation"]
    images: int
    measures: dict[str, float]
    classes: tuple[ClassReport, ...]
    confusion_matrix: npt.NDArray[np.int64]
    calibration: Calibration
    logits: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]

    def worst_confusions(self, count: int = 10) -> list[Confusion]:
        """Return the classes that are most often taken for another, the most images first."""
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
                "measures": self.measures,
                "calibration": asdict(self.calibration),
                "classes": [asdict(report) for report in self.classes],
                "confusion_matrix": self.confusion_matrix.tolist(),
                "worst_confusions": [asdict(confusion) for confusion in self.worst_confusions()],
            }
        )
        return summary
