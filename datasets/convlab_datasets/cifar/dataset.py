"""CIFAR-10 and CIFAR-100 (Krizhevsky, 2009, "Learning Multiple Layers of Features from Tiny Images")."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convlab import DataError, Dataset, DataSource, ImageData, Split
from convlab_datasets.cifar import manifests
from convlab_datasets.cifar.files import PickleFile, Read, file_reader
from convlab_datasets.formats.from_files import image_data_from

CIFAR10_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

# This many images fit into a core's cache while their channels are interleaved.
_IMAGES_PER_BLOCK = 64


@dataclass(frozen=True)
class CIFAR100Options:
    """Options of ``cifar100``."""

    labels: Literal["fine", "coarse"] = "fine"
    """The 100 classes, or their 20 superclasses."""


def _load_cifar10(source: DataSource, options: None) -> ImageData:
    files = source.obtain(manifests.CIFAR10)
    read = file_reader(files, (*manifests.TRAIN_BATCHES, "test_batch"))
    train = _read_split(read, manifests.TRAIN_BATCHES, b"labels")
    test = _read_split(read, ("test_batch",), b"labels")
    return image_data_from(files.place, train, test, CIFAR10_NAMES)


def _load_cifar100(source: DataSource, options: CIFAR100Options) -> ImageData:
    labels, names = f"{options.labels}_labels".encode(), f"{options.labels}_label_names".encode()
    files = source.obtain(manifests.CIFAR100)
    read = file_reader(files, ("train", "test", "meta"))
    train, test = (_read_split(read, (name,), labels) for name in ("train", "test"))
    return image_data_from(files.place, train, test, _class_names(read("meta"), names))


def _read_split(read: Read, names: tuple[str, ...], label_key: bytes) -> Split:
    """Read files of equal size into one array, holding only one of them in memory at a time."""
    images: npt.NDArray[Any] = np.empty((0, 32, 32, 3), np.uint8)
    labels = []
    for number, name in enumerate(names):
        file = read(name)
        planes = _color_planes(file, label_key)
        if number == 0:
            images = np.empty((len(names) * len(planes), 32, 32, 3), planes.dtype)
        part = images[number * len(planes) : (number + 1) * len(planes)]
        if len(images) != len(names) * len(planes):
            raise DataError(
                f"{file.origin} has {len(planes)} images, but {names[0]} has {len(images) // len(names)}; "
                "delete it and get it again"
            )
        _interleave(planes, part)
        labels.append(np.asarray(file[label_key]))
    return Split(images, np.concatenate(labels))


def _color_planes(file: PickleFile, label_key: bytes) -> npt.NDArray[Any]:
    """Return the images of a file as published, shape ``(n, 3, 32, 32)``."""
    try:
        pixels = np.asarray(file[b"data"]).reshape(-1, 3, 32, 32)
        labels = np.asarray(file[label_key])
    except (ValueError, TypeError) as error:
        raise DataError(f"{file.origin} is damaged ({error}); delete it and get it again") from error
    # Checked per file, since two wrong counts may add up to the right one.
    if labels.shape != (len(pixels),):
        raise DataError(
            f"{file.origin} has {len(pixels)} images but labels of shape {labels.shape}; "
            "delete it and get it again"
        )
    return pixels


def _interleave(planes: npt.NDArray[Any], images: npt.NDArray[Any]) -> None:
    """Copy ``(n, 3, 32, 32)`` to ``(n, 32, 32, 3)``, three times as fast as a transpose."""
    for start in range(0, len(planes), _IMAGES_PER_BLOCK):
        block = slice(start, start + _IMAGES_PER_BLOCK)
        for channel in range(3):
            images[block, ..., channel] = planes[block, channel]


def _class_names(file: PickleFile, key: bytes) -> list[str]:
    names = file[key]
    if not isinstance(names, list) or not all(isinstance(name, bytes) for name in names):
        raise DataError(
            f"{key.decode()!r} in {file.origin} is not a list of names; delete it and get it again"
        )
    return [name.decode() for name in names]


CIFAR10 = Dataset(
    name="cifar10",
    summary="Photographs: 60,000 images, 32×32 color, 10 classes",
    load=_load_cifar10,
    manifest=manifests.CIFAR10,
)
CIFAR100 = Dataset(
    name="cifar100",
    summary="Photographs: 60,000 images, 32×32 color, 100 classes in 20 superclasses",
    load=_load_cifar100,
    options=CIFAR100Options,
    manifest=manifests.CIFAR100,
)
