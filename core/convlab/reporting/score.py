"""How good an accuracy is: its interval, and what it takes to get as far without a network."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convlab.data.image_stream import ImageStream
from convlab.data.split import Subset
from convlab.data.used_images import SplitName
from convlab.reporting.run_view import RunView, pixels_of
from convlab.runs.recorded_images import recorded_images

Interval = tuple[float, float]

LEVEL = 0.95
_TRAINING_IMAGES = 5000
_LARGEST_SIDE = 28
_RIDGE = 10.0
_BATCH = 2000


@dataclass(frozen=True, kw_only=True)
class Score:
    """An accuracy and what to compare it with, all on the same images.

    Attributes:
        correct: the number of images that the model classifies correctly.
        images: the number of images.
        interval: of the accuracy, at the level of 95 %.
        majority: the accuracy of always predicting the most frequent class of the training set.
        majority_class: the name of that class.
        linear: the accuracy of a linear classifier of the pixels; ``None`` if the images are streamed.
        linear_images: how many images it was trained on.
    """

    correct: int
    images: int
    interval: Interval
    majority: float
    majority_class: str
    linear: float | None
    linear_images: int

    @property
    def accuracy(self) -> float:
        """The fraction of the images that the model classifies correctly."""
        return self.correct / self.images


def score_run(run: RunView) -> Score:
    """Return the score of a run.

    Raises:
        ConvlabError: it cannot be evaluated.
    """
    evaluation = run.evaluation
    training = run.training_images
    labels = training.split.labels[training.indices]
    correct = int((evaluation.logits.argmax(axis=1) == evaluation.labels).sum())
    majority = int(np.bincount(labels, minlength=len(evaluation.classes)).argmax())
    chosen = _evenly_spaced(len(labels), _TRAINING_IMAGES)
    linear = None
    if not isinstance(training.split.images, ImageStream):
        linear = linear_accuracy(training, chosen, run.images)
    return Score(
        correct=correct,
        images=evaluation.images,
        interval=wilson_interval(correct, evaluation.images),
        majority=float((evaluation.labels == majority).mean()),
        majority_class=evaluation.classes[majority].name,
        linear=linear,
        linear_images=len(chosen),
    )


def wilson_interval(correct: int, images: int) -> Interval:
    """Return Wilson's interval of a proportion (Wilson 1927), at the level of 95 %."""
    from scipy import stats

    interval = stats.binomtest(correct, images).proportion_ci(LEVEL, method="wilson")
    return float(interval.low), float(interval.high)


def recorded_interval(run: RunView, split: SplitName, accuracy: float | None) -> Interval | None:
    """Return the interval of an accuracy that a run recorded on a split; ``None`` if it is unknown.

    Raises:
        RunFolderError: the record of the run's images is damaged.
    """
    recorded = recorded_images(run.path)
    if recorded is None or accuracy is None or split not in recorded.splits:
        return None
    images = recorded.splits[split].images
    return wilson_interval(round(accuracy * images), images)


def linear_accuracy(training: Subset, chosen: npt.NDArray[np.int64], images: Subset) -> float | None:
    """Return the accuracy of ridge regression on pixels, of images averaged down to at most 28 pixels.

    Args:
        training: the images to train on.
        chosen: the positions of those to use.
        images: the images to classify.
    """
    from sklearn.linear_model import RidgeClassifier

    labels = training.split.labels[training.indices][chosen]
    if len(np.unique(labels)) < 2:
        return None
    classifier = RidgeClassifier(alpha=_RIDGE).fit(_features(pixels_of(training, chosen)), labels)
    correct = 0
    for start in range(0, len(images.indices), _BATCH):
        positions = np.arange(start, min(start + _BATCH, len(images.indices)))
        predicted = classifier.predict(_features(pixels_of(images, positions)))
        correct += int((predicted == images.split.labels[images.indices[positions]]).sum())
    return correct / len(images.indices)


def _features(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the pixels from 0 to 1, ``(n, values)``; each is the mean of a block of a large image."""
    count, height, width, channels = images.shape
    block = -(-max(height, width) // _LARGEST_SIDE)
    rows, columns = max(height // block, 1), max(width // block, 1)
    tall, wide = min(block, height), min(block, width)
    cut = images[:, : rows * tall, : columns * wide].reshape(count, rows, tall, columns, wide, channels)
    features: npt.NDArray[np.float32] = cut.mean(axis=(2, 4), dtype=np.float32) / 255
    return features.reshape(count, -1)


def _evenly_spaced(count: int, most: int) -> npt.NDArray[np.int64]:
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)
