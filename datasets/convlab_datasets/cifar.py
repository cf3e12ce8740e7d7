"""CIFAR-10 and CIFAR-100."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from convlab import DataError, Dataset, DataSource, ImageData, Split
from convlab_datasets.cifar_files import Layout, PickleFile
from convlab_datasets.from_files import image_data_from
from convlab_datasets.keras_download import download

CIFAR10_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

_TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
_CIFAR10 = Layout(
    subfolders=("cifar10", "cifar-10"),
    folder="cifar-10-batches-py",
    archive="cifar-10-python.tar.gz",
    members=(*_TRAIN_BATCHES, "test_batch"),
)
_CIFAR100 = Layout(
    subfolders=("cifar100", "cifar-100"),
    folder="cifar-100-python",
    archive="cifar-100-python.tar.gz",
    members=("train", "test", "meta"),
)


@dataclass(frozen=True)
class CIFAR100Options:
    """Options of ``cifar100``."""

    labels: Literal["fine", "coarse"] = "fine"
    """The 100 classes, or the 20 groups that they form."""


def _load_cifar10(source: DataSource, options: None) -> ImageData:
    found = _CIFAR10.find(source)
    if found is None:
        train, test = _download("cifar10", source, _CIFAR10)
        return ImageData(train=train, test=test, class_names=CIFAR10_NAMES)
    place, read = found
    batches = [_split(read(name), b"labels") for name in _TRAIN_BATCHES]
    images, labels = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
    return image_data_from(place, Split(images, labels), _split(read("test_batch"), b"labels"), CIFAR10_NAMES)


def _load_cifar100(source: DataSource, options: CIFAR100Options) -> ImageData:
    labels, names = f"{options.labels}_labels".encode(), f"{options.labels}_label_names".encode()
    found = _CIFAR100.find(source)
    if found is None:
        train, test = _download("cifar100", source, _CIFAR100, label_mode=options.labels)
        unpacked = _CIFAR100.find(source)  # Keras returns no names, but its cache has them.
        numbers = range(100 if options.labels == "fine" else 20)
        return ImageData(
            train=train,
            test=test,
            class_names=_names(unpacked[1]("meta"), names) if unpacked else [str(n) for n in numbers],
        )
    place, read = found
    return image_data_from(
        place, _split(read("train"), labels), _split(read("test"), labels), _names(read("meta"), names)
    )


def _download(name: str, source: DataSource, layout: Layout, **arguments: str) -> Any:
    wanted = f"{layout.folder}/ or {layout.archive}"
    return download(name, source, wanted=wanted, folder=name, cached=layout.keras_folder, **arguments)


def _split(file: PickleFile, label_key: bytes) -> Split:
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
    # Published with the channels first.
    return Split(np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)), labels)


def _names(file: PickleFile, key: bytes) -> list[str]:
    names = file[key]
    if not isinstance(names, list) or not all(isinstance(name, bytes) for name in names):
        raise DataError(f"{file.origin} has {key.decode()!r} that are no names: delete it and get it again")
    return [name.decode() for name in names]


CIFAR10 = Dataset(
    name="cifar10", summary="Photographs: 60,000 images, 32×32 colour, 10 classes", load=_load_cifar10
)
CIFAR100 = Dataset(
    name="cifar100",
    summary="Photographs: 60,000 images, 32×32 colour, 100 classes in 20 groups",
    load=_load_cifar100,
    options=CIFAR100Options,
)
