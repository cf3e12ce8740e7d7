"""The result of a prediction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
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
        left_out: the files in folders that are hidden or not images, by the reason why they are left out.
        hint: what may be wrong with the images in general; empty if nothing was noticed.
    """

    run: Path
    predictions: tuple[Prediction, ...]
    unreadable: tuple[Unreadable, ...]
    left_out: Mapping[str, tuple[Path, ...]] = field(default_factory=dict, hash=False)
    hint: str = ""

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab predict --json`` prints."""
        return {
            "run": str(self.run),
            "predictions": [asdict(each) | {"file": str(each.file)} for each in self.predictions],
            "unreadable": [asdict(each) | {"file": str(each.file)} for each in self.unreadable],
            "left_out": {reason: [str(file) for file in files] for reason, files in self.left_out.items()},
            "hint": self.hint,
        }
