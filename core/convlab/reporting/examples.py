"""Images worth a look: the most confident mistakes, and samples of each class."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convlab.reporting.run_view import RunView, pixels_of
from convlab.use.inference import softmax

_MOST_CLASSES = 100
_MOST_SAMPLES = 120
_PER_CLASS = 6


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """An image that the model classifies wrongly.

    Attributes:
        position: among the evaluated images.
        picture: uint8 ``(height, width, channels)``.
        label: the true class.
        predicted: the predicted class.
        confidence: the probability of the predicted class.
    """

    position: int
    picture: npt.NDArray[np.uint8]
    label: str
    predicted: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class ClassSamples:
    """Training images of a class.

    Attributes:
        name: the class.
        images: the number of its training images.
        pictures: uint8 ``(n, height, width, channels)``.
    """

    name: str
    images: int
    pictures: npt.NDArray[np.uint8]


def confident_mistakes(run: RunView, count: int) -> list[Mistake]:
    """Return the mistakes that the model is most confident about, the most confident first.

    Raises:
        ConvlabError: the run cannot be evaluated.
    """
    evaluation = run.evaluation
    probabilities = softmax(evaluation.logits)
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != evaluation.labels)
    chosen = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    names = [report.name for report in evaluation.classes]
    pictures = run.pictures(chosen) if len(chosen) else ()
    return [
        Mistake(
            position=int(position),
            picture=picture,
            label=names[evaluation.labels[position]],
            predicted=names[predicted[position]],
            confidence=float(confidence[position]),
        )
        for position, picture in zip(chosen, pictures, strict=True)
    ]


def class_samples(run: RunView) -> list[ClassSamples]:
    """Return the first training images of each class, of at most 100 classes.

    Raises:
        ConvlabError: the data is not available.
    """
    training = run.training_images
    labels = training.split.labels[training.indices]
    names = run.data.class_names[:_MOST_CLASSES]
    per_class = max(1, min(_PER_CLASS, _MOST_SAMPLES // len(names)))
    found = []
    for number, name in enumerate(names):
        positions = np.flatnonzero(labels == number)
        pictures = pixels_of(training, positions[:per_class])
        found.append(ClassSamples(name=name, images=len(positions), pictures=pictures))
    return found
