"""What a prediction found."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ClassProbability:
    """A class and how probable the model finds it.

    Attributes:
        name: the class.
        probability: 0 to 1; those of all classes add up to 1.
    """

    name: str
    probability: float


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What is in one picture.

    Attributes:
        picture: the file.
        classes: the most probable first.
        changes: what was done to the picture so that the model takes it: a word for the kind of change, and
            what it was.
    """

    picture: Path
    classes: tuple[ClassProbability, ...]
    changes: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A picture that could not be read.

    Attributes:
        picture: the file or folder.
        reason: what is wrong with it.
    """

    picture: Path
    reason: str


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What is in some pictures.

    Attributes:
        run: the run's folder.
        predictions: one a picture, in the order given.
        unreadable: the pictures that could not be read.
        hint: what may be wrong with all of them; empty where nothing seems to be.
    """

    run: Path
    predictions: tuple[Prediction, ...]
    unreadable: tuple[Unreadable, ...]
    hint: str = ""

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab predict --json`` prints."""
        return {
            "run": str(self.run),
            "predictions": [asdict(each) | {"picture": str(each.picture)} for each in self.predictions],
            "unreadable": [asdict(each) | {"picture": str(each.picture)} for each in self.unreadable],
            "hint": self.hint,
        }
