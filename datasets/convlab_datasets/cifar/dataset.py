"""CIFAR-10 and CIFAR-100."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convlab import DataError, Dataset, DataSource, ImageData, Split
from convlab_datasets.cifar import manifest as published
from convlab_datasets.cifar.files import PickleFile, Read, reader_of
from convlab_datasets.cifar.manifest import TRAIN_BATCHES
from convlab_datasets.formats.from_files import image_data_from

CIFAR10_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

# So many images stay in a core's cache while their channels are interleaved.
_BLOCK = 64


@dataclass(frozen=True)
class CIFAR100Options:
    """Options of ``cifar100``."""

    labels: Literal["fine", "coarse"] = "fine"
    """The 100 classes, or the 20 groups that they form."""


def _load_cifar10(source: DataSource, options: None) -> ImageData:
    found = source.obtain(published.CIFAR10)
    read = reader_of(found, (*TRAIN_BATCHES, "test_batch"))
    train = _read_split(read, TRAIN_BATCHES, b"labels")
    test = _read_split(read, ("test_batch",), b"labels")
    return image_data_from(found.place, train, test, CIFAR10_NAMES)


def _load_cifar100(source: DataSource, options: CIFAR100Options) -> ImageData:
    labels, names = f"{options.labels}_labels".encode(), f"{options.labels}_label_names".encode()
    found = source.obtain(published.CIFAR100)
    read = reader_of(found, ("train", "test", "meta"))
    train, test = (_read_split(read, (name,), labels) for name in ("train", "test"))
    return image_data_from(found.place, train, test, _names(read("meta"), names))


def _read_split(read: Read, names: tuple[str, ...], label_key: bytes) -> Split:
    """Read files of one size into one array: what is read of each is let go of before the next."""
    images: npt.NDArray[Any] = np.empty((0, 32, 32, 3), np.uint8)
    labels = []
    for number, name in enumerate(names):
        file = read(name)
        planes = _planes(file, label_key)
        if number == 0:
            images = np.empty((len(names) * len(planes), 32, 32, 3), planes.dtype)
        part = images[number * len(planes) : (number + 1) * len(planes)]
        if len(images) != len(names) * len(planes):
            raise DataError(
                f"{file.origin} has {len(planes)} images but {names[0]} {len(images) // len(names)}: "
                "delete it and get it again"
            )
        _interleave(planes, part)
        labels.append(np.asarray(file[label_key]))
    return Split(images, np.concatenate(labels))


def _planes(file: PickleFile, label_key: bytes) -> npt.NDArray[Any]:
    """Return the images of a file as published, ``(n, 3, 32, 32)``."""
    try:
        pixels = np.asarray(file[b"data"]).reshape(-1, 3, 32, 32)
        labels = np.asarray(file[label_key])
    except (ValueError, TypeError) as error:
        raise DataError(f"{file.origin} is damaged ({error}): delete it and get it again") from error
    # Checked file by file: two wrong counts may add up to a right one.
    if labels.shape != (len(pixels),):
        raise DataError(
            f"{file.origin} has {len(pixels)} images but labels of shape {labels.shape}: "
            "delete it and get it again"
        )
    return pixels


def _interleave(planes: npt.NDArray[Any], images: npt.NDArray[Any]) -> None:
    """Copy ``(n, 3, 32, 32)`` to ``(n, 32, 32, 3)``, three times as fast as a transpose does."""
    for start in range(0, len(planes), _BLOCK):
        block = slice(start, start + _BLOCK)
        for channel in range(3):
            images[block, ..., channel] = planes[block, channel]


def _names(file: PickleFile, key: bytes) -> list[str]:
    names = file[key]
    if not isinstance(names, list) or not all(isinstance(name, bytes) for name in names):
        raise DataError(f"{file.origin} has {key.decode()!r} that are no names: delete it and get it again")
    return [name.decode() for name in names]


CIFAR10 = Dataset(
    name="cifar10",
    summary="Photographs: 60,000 images, 32×32 colour, 10 classes",
    load=_load_cifar10,
    manifest=published.CIFAR10,
)
CIFAR100 = Dataset(
    name="cifar100",
    summary="Photographs: 60,000 images, 32×32 colour, 100 classes in 20 groups",
    load=_load_cifar100,
    options=CIFAR100Options,
    manifest=published.CIFAR100,
)
