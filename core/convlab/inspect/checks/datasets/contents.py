"""Whether the images of a data set can be learnt from and tested on honestly."""

from hashlib import blake2b

import numpy as np

from convlab.data.comparison import images_per_class
from convlab.data.image_data import Split
from convlab.inspect.checks.datasets.subject import DatasetSubject
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check

_TRAIN_SAMPLE, _TEST_SAMPLE = 20_000, 2_000
_CHUNK = 1_000
# Real data sets have some: CIFAR-10's test split shares a few dozen of 10,000 images with its train split.
_TOLERATED = 0.01


@check(
    "Every class has train and test images",
    why="a class without train images cannot be learnt, one without test images is not measured",
    fix="name only classes that there are, number their labels from 0, and split each class into train and "
    "test (stratified)",
    needs=("loads_image_data",),
)
def every_class_is_there(subject: DatasetSubject) -> None:
    """Count the images of each class."""
    data = subject.data
    for split in ("train", "test"):
        empty = [
            name
            for name, count in zip(data.class_names, images_per_class(data, split), strict=True)
            if not count
        ]
        if empty:
            raise CheckFailedError(f"no {split} image is of class {', '.join(map(repr, empty[:5]))}")


@check(
    "Train images are apart from test and validation images",
    why="a network is then tested on images that it has seen, and the accuracy says nothing",
    fix="split before augmenting or repeating images, and remove duplicates first",
    needs=("loads_image_data",),
)
def splits_do_not_overlap(subject: DatasetSubject) -> None:
    """Look for images that are among the train images, byte by byte."""
    data = subject.data
    train = set(_digests(data.train, _TRAIN_SAMPLE))
    for name, split in data.splits().items():
        digests = [] if name == "train" else _digests(split, _TEST_SAMPLE)
        shared = sum(digest in train for digest in digests)
        if shared > _TOLERATED * len(digests):
            raise CheckFailedError(
                f"{shared} of {len(digests)} {name} images that were looked at are train images too"
            )


@check(
    "Its images differ",
    why="a network can tell nothing from images that are all alike",
    fix="look at them with 'convlab data show NAME': pixels scaled to 0..1 and then cast to uint8 are black",
    needs=("loads_image_data",),
)
def images_differ(subject: DatasetSubject) -> None:
    """Look at the pixels of some train images."""
    images = np.asarray(subject.data.train.images[: min(200, len(subject.data.train.labels))])
    if len(images) > 1 and (images == images[0]).all():
        raise CheckFailedError(f"the first {len(images)} train images are the same")
    if images.max() <= 1:
        raise CheckFailedError(
            f"no pixel of the first {len(images)} train images is above {images.max()}, of 255"
        )


@check(
    "It is what it declares",
    why="'convlab data list' and 'verify' tell of a data set what it declares",
    fix="correct published, or the files; 'convlab data verify NAME --json' prints what is there",
    needs=("loads_image_data",),
)
def declaration_is_true(subject: DatasetSubject) -> None:
    """Compare the shape, and the number of images of each class."""
    published, data = subject.part.manifest, subject.data
    if published is None:
        raise NotApplicableError("it declares nothing")
    pairs = {
        "images of shape": (published.input_shape, data.input_shape),
        "train images a class": (published.train_per_class, images_per_class(data, "train")),
        "test images a class": (published.test_per_class, images_per_class(data, "test")),
    }
    for what, (declared, loaded) in pairs.items():
        if tuple(declared) != tuple(loaded):
            raise CheckFailedError(f"it declares {what} {_shown(declared)}, but loads {_shown(loaded)}")


def _digests(split: Split, most: int) -> list[bytes]:
    """Return a digest each of images that are spread over a split, read in chunks."""
    count = len(split.labels)
    chosen = np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))
    return [
        blake2b(np.ascontiguousarray(image).tobytes(), digest_size=16).digest()
        for start in range(0, len(chosen), _CHUNK)
        for image in np.asarray(split.images[chosen[start : start + _CHUNK]])
    ]


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
