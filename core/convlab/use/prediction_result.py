"""The result of a prediction."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ClassProbability:
    """A class and its predicted probability.

    Attributes:
        name: the class.
        probability: from 0 to 1; all classes add up to 1.
    """

    name: str
    probability: float


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The prediction for one image file.

    Attributes:
        file: the image file.
        classes: the most probable classes, in descending order.
        changes: how the image was converted to the model's input: a description of each change, by kind.
    """

    file: Path
    classes: tuple[ClassProbability, ...]
    changes: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A file that could not be read.

    Attributes:
        file: the file or folder.
        reason: what is wrong with it.
    """

    file: Path
    reason: str


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """The predictions for a list of image files.

    Attributes:
        run: the run's folder.
        predictions: one per readable file, in order.
        unreadable: the files that could not be read.
        hint: what may be wrong with the images in general; empty if nothing was noticed.
    """

    run: Path
    predictions: tuple[Prediction, ...]
    unreadable: tuple[Unreadable, ...]
    hint: str = ""

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab predict --json`` prints."""
        return {
            "run": str(self.run),
            "predictions": [asdict(each) | {"file": str(each.file)} for each in self.predictions],
            "unreadable": [asdict(each) | {"file": str(each.file)} for each in self.unreadable],
            "hint": self.hint,
        }
