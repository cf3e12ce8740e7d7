"""Which images of the training set are trained on, and which are held out for validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convlab.data.content import Keys, content_keys, file_keys, pixel_keys
from convlab.data.image_data import ImageData, Images, Split
from convlab.data.image_stream import ImageStream
from convlab.errors import ConfigError, DataError
from convlab.experiment.settings import DataSettings
from convlab.text.formatting import listed

Indices = npt.NDArray[np.int64]

# Give each use of the seed its own stream of random numbers.
_LIMIT_STREAM, _VALIDATION_STREAM, _TEST_STREAM = 1, 2, 4


@dataclass(frozen=True, kw_only=True)
class TrainValSplit:
    """Disjoint indices into the training set, each in ascending order."""

    train: Indices
    validation: Indices


class Subset(NamedTuple):
    """A selection of a split's images.

    Attributes:
        split: the split.
        indices: the indices of the selected images.
    """

    split: Split
    indices: Indices


def train_val_split(data: ImageData, settings: DataSettings, seed: int) -> tuple[TrainValSplit, Subset]:
    """Hold out a validation set, unless the dataset has its own.

    Args:
        data: the images and labels.
        settings: ``limit`` and ``validation``; if ``validation`` is 0, there is no validation set at all.
        seed: the same seed gives the same split.

    Returns:
        The split of the training set, and the validation images.

    Raises:
        ConfigError: ``limit`` does not fit the training set, or no image can be held out.
        DataError: a class has no training images.
    """
    missing = np.flatnonzero(np.bincount(data.train.labels, minlength=data.num_classes) == 0)
    if len(missing):
        names = listed([data.class_names[label] for label in missing])
        raise DataError(
            f"the training set has no images of {names}; add some, or set `data.exclude` to leave classes out"
        )
    own = data.validation if settings.validation else None
    fraction = 0.0 if own is not None else settings.validation
    images = len(data.train.labels)
    if fraction or settings.limit is not None:
        keys = content_keys(data, "train")
        split = split_images(data.train.labels, keys, limit=settings.limit, validation=fraction, seed=seed)
    else:
        split = TrainValSplit(train=np.arange(images), validation=np.arange(0))
    if own is not None:
        return split, Subset(own, np.arange(len(own.labels)))
    return split, Subset(data.train, split.validation)


def split_images(
    labels: npt.NDArray[np.int64], keys: Keys, *, limit: int | None, validation: float, seed: int
) -> TrainValSplit:
    """Split a training set by the content of its images.

    Args:
        labels: labels of the whole training set, shape ``(n,)``.
        keys: from ``content_keys``, shape ``(n,)``.
        limit: how many images to use, stratified by class; ``None`` for all.
        validation: the fraction to hold out.
        seed: the same seed gives the same split.

    Raises:
        ConfigError: ``limit`` does not fit the training set, or no image can be held out.
    """
    chosen = np.arange(len(labels))
    if limit is not None:
        classes = len(np.unique(labels))
        if limit > len(labels):
            raise ConfigError(f"`data.limit` is {limit}, but the training set has only {len(labels)} images")
        if limit < classes:
            raise ConfigError(
                f"`data.limit` is {limit}, but each of the {classes} classes needs a training image; use "
                f"{classes} or more"
            )
        chosen = _sample(labels, limit, np.argsort(_random_numbers(keys, seed, _LIMIT_STREAM), kind="stable"))
    if not validation:
        return TrainValSplit(train=chosen, validation=chosen[:0])
    random = _random_numbers(keys[chosen], seed, _VALIDATION_STREAM)
    held_out = _held_out(labels[chosen], random, validation)
    if not held_out.any():
        raise ConfigError(
            f"`data.validation` is {validation:g}, but no class has a second training image to hold out; set "
            "it to 0 for no validation, or use more images"
        )
    return TrainValSplit(train=chosen[~held_out], validation=chosen[held_out])


def hold_out(
    labels: npt.NDArray[np.int64], content: Images | Sequence[str], fraction: float, *, seed: int
) -> Indices:
    """Choose the images of a test set by their content.

    Each image is chosen, or not, by the seed and its own content alone. So adding images moves no other
    image, and copies stay together; in exchange, the number of chosen images is close to the fraction, not
    equal to it. There are two exceptions: every class retains an image, and at least one image is chosen if
    that is possible.

    Args:
        labels: shape ``(n,)``.
        content: the images, or the SHA-256 of each image's file in hexadecimal.
        fraction: the fraction of each class to choose, from 0 to 1.
        seed: the same seed gives the same choice.

    Returns:
        The chosen indices in ascending order.

    Example::

        test = hold_out(labels, images, 0.2, seed=0)
        train = np.delete(np.arange(len(labels)), test)
    """
    keys = pixel_keys(content) if isinstance(content, np.ndarray | ImageStream) else file_keys(content)
    return np.flatnonzero(_held_out(labels, _random_numbers(keys, seed, _TEST_STREAM), fraction))


def _held_out(
    labels: npt.NDArray[np.int64], random: npt.NDArray[np.float64], fraction: float
) -> npt.NDArray[np.bool_]:
    """Return a mask of the images to hold out; copies have the same random number."""
    _, labels, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    held_out = random < fraction
    for label in np.flatnonzero(np.bincount(labels[held_out], minlength=len(sizes)) == sizes):
        held_out &= random != random[labels == label].max()
    if held_out.any():
        return held_out
    for number in np.unique(random):
        held_out = np.isin(random, [number])
        if (np.bincount(labels[held_out], minlength=len(sizes)) < sizes).all():
            return held_out
    return np.zeros(len(labels), np.bool_)


def _random_numbers(keys: Keys, seed: int, stream: int) -> npt.NDArray[np.float64]:
    """Return a random number from 0 to 1 for each image, which depends on its content and the seed alone."""
    first, second = np.random.SeedSequence([seed, stream]).generate_state(2, np.uint64)
    mixed = _mix(_mix(keys ^ first) + second)
    return np.ldexp((mixed >> np.uint64(11)).astype(np.float64), -53)


def _mix(values: Keys) -> Keys:
    """Return uncorrelated values: the finalizer of SplitMix64 (Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def stratified_sample(
    labels: npt.NDArray[np.int64], count: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Choose images in proportion to the class sizes, rounded by the largest-remainder method.

    Args:
        labels: shape ``(n,)``, with at least one label.
        count: how many to choose, 0 to ``n``; every class gets at least one if it is not below their number.
        rng: the same state gives the same sample.

    Returns:
        The chosen indices in ascending order, shape ``(count,)``.
    """
    return _sample(labels, count, rng.permutation(len(labels)))


def _sample(labels: npt.NDArray[np.int64], count: int, order: Indices) -> Indices:
    """Choose the first images of each class in an order."""
    _, labels, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    by_class = order[np.argsort(labels[order], kind="stable")]
    rank_in_class = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(by_class[rank_in_class < np.repeat(_class_counts(sizes, count), sizes)])


def _class_counts(sizes: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Divide a number of images among classes in proportion to their sizes, with at least one for each."""
    rare = np.zeros(len(sizes), np.bool_)
    while True:
        quotas = np.where(rare, 1.0, sizes * ((count - rare.sum()) / max(1, sizes[~rare].sum())))
        if count < len(sizes) or (quotas >= 1).all():
            break
        rare |= quotas < 1
    counts = np.floor(quotas).astype(np.int64)
    largest_remainders = np.argsort(counts - quotas, kind="stable")
    counts[largest_remainders[: count - counts.sum()]] += 1
    return counts
