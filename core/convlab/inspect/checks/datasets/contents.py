"""Whether a network can learn from the images of a dataset and be tested on them fairly."""

import reprlib
from hashlib import blake2b
from itertools import combinations

import numpy as np

from convlab.data.comparison import images_per_class
from convlab.data.image_data import Split
from convlab.inspect.checks.datasets.dataset_subject import SPLIT_NAMES, DatasetSubject
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check
from convlab.text.formatting import listed

_TRAIN_SAMPLE, _TEST_SAMPLE = 20_000, 2_000
_CHUNK = 1_000
# Real datasets have some: a few dozen of CIFAR-10's 10,000 test images are also in its training set.
_TOLERATED_SHARE = 0.01
_TOLERATED_COPIES = 0.05
_MOST_CHANNELS = 4


@check(
    "Every class has training and test images",
    why="a class without training images cannot be learned, and one without test images is not tested",
    fix="list only classes that have images, number the labels from 0, and split each class into training "
    "and test images (a stratified split)",
    needs=("loads_image_data",),
)
def every_class_has_images(subject: DatasetSubject) -> None:
    """Count the images of each class."""
    data = subject.data
    for split in ("train", "test"):
        counts = zip(data.class_names, images_per_class(data, split), strict=True)
        empty = [name for name, count in counts if not count]
        if empty:
            raise CheckFailedError(f"no {SPLIT_NAMES[split]} images of class {listed(empty)}")


@check(
    "Training images are not among the test or validation images",
    why="a network tested on images from its training set has a misleading accuracy",
    fix="split before augmenting or repeating images, and remove duplicates first",
    needs=("loads_image_data",),
)
def splits_do_not_overlap(subject: DatasetSubject) -> None:
    """Look for exact copies of images in another split."""
    digests = {
        name: _digests(split, _TRAIN_SAMPLE if name == "train" else _TEST_SAMPLE)
        for name, split in subject.data.splits().items()
    }
    for name, other in combinations(reversed(digests), 2):  # validation, test, training
        others = set(digests[other])
        shared = sum(digest in others for digest in digests[name])
        if shared > _TOLERATED_SHARE * len(digests[name]):
            raise CheckFailedError(
                f"{shared} of {len(digests[name])} {SPLIT_NAMES[name]} images compared are also "
                f"{SPLIT_NAMES[other]} images"
            )


@check(
    "Training images are not repeated",
    why="copies only make an epoch longer, and give some images more weight than others",
    fix="remove the copies; augmentation belongs in the architecture, where it differs in each epoch",
    needs=("loads_image_data",),
)
def training_images_are_not_repeated(subject: DatasetSubject) -> None:
    """Count exact copies within the training set."""
    train = subject.data.train
    digests = _digests(train, _TRAIN_SAMPLE)
    copies = len(digests) - len(set(digests))
    # Of a copy and its original, a sample contains both less often.
    if copies > _TOLERATED_COPIES * len(digests) * len(digests) / len(train.labels):
        raise CheckFailedError(f"{copies} of {len(digests)} training images compared are copies of others")


@check(
    "Channels are the last axis",
    why="every architecture expects (height, width, channels); transposed images train, but badly",
    fix="move the axis: images.transpose(0, 2, 3, 1), or np.moveaxis(images, 1, -1)",
    needs=("loads_image_data",),
)
def channels_are_last(subject: DatasetSubject) -> None:
    """Look for images with few rows and many channels."""
    height, width, channels = subject.data.input_shape
    if height <= _MOST_CHANNELS < min(width, channels):
        raise CheckFailedError(f"images have height {height}, width {width} and {channels} channels")


@check(
    "Its images differ",
    why="a network cannot learn anything from identical images",
    fix="look at them with 'convlab data show NAME': pixels scaled to 0..1 and then cast to uint8 are black",
    needs=("loads_image_data",),
)
def images_differ(subject: DatasetSubject) -> None:
    """Compare the pixels of some training images."""
    images = np.asarray(subject.data.train.images[: min(200, len(subject.data.train.labels))])
    if len(images) > 1 and (images == images[0]).all():
        raise CheckFailedError(f"the first {len(images)} training images are identical")
    if images.max() <= 1:
        raise CheckFailedError(
            f"the largest pixel value in the first {len(images)} training images is {images.max()}, of 255"
        )


@check(
    "Matches its manifest",
    why="'convlab data list' and 'convlab data verify' show what the manifest declares",
    fix="correct the manifest, or the files; 'convlab data verify NAME --json' prints what the files contain",
    needs=("loads_image_data",),
)
def matches_its_manifest(subject: DatasetSubject) -> None:
    """Compare the image shape, and the number of images per class."""
    manifest, data = subject.part.manifest, subject.data
    if manifest is None:
        raise NotApplicableError("the dataset has no manifest")
    values = {
        "image shape": (manifest.input_shape, data.input_shape),
        "training images per class": (manifest.train_per_class, images_per_class(data, "train")),
        "test images per class": (manifest.test_per_class, images_per_class(data, "test")),
    }
    for what, (declared, loaded) in values.items():
        if tuple(declared) != tuple(loaded):
            raise CheckFailedError(
                f"{what}: the manifest declares {reprlib.repr(tuple(declared))}, "
                f"the dataset has {reprlib.repr(tuple(loaded))}"
            )


def _digests(split: Split, most: int) -> list[bytes]:
    """Return the digests of at most so many images, a random sample of a split, read in chunks."""
    count = len(split.labels)
    sample = np.sort(np.random.default_rng(0).choice(count, min(count, most), replace=False))
    return [
        blake2b(np.ascontiguousarray(image).tobytes(), digest_size=16).digest()
        for start in range(0, len(sample), _CHUNK)
        for image in np.asarray(split.images[sample[start : start + _CHUNK]])
    ]
