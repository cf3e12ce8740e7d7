"""CIFAR-10 and CIFAR-100 in their published Python layout: a folder of pickles, or its archive."""

import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from convlab import DataError, Dataset, DataSource, ImageData, Split
from convlab_datasets.keras_download import download
from convlab_datasets.restricted_pickle import load_arrays

# Reads a member of the layout by name.
Read = Callable[[str], bytes]

CIFAR10_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class CIFAR100Options:
    """Options of ``cifar100``."""

    labels: Literal["fine", "coarse"] = "fine"
    """The 100 classes, or the 20 groups that they form."""


def _load_cifar10(source: DataSource, options: None) -> ImageData:
    read = _find(source, "cifar10", "cifar-10-batches-py", "cifar-10-python.tar.gz", "test_batch")
    if read is None:
        train, test = download(
            "cifar10", source, wanted="cifar-10-batches-py/ or cifar-10-python.tar.gz", folder="cifar10"
        )
        return ImageData(train=train, test=test, class_names=CIFAR10_NAMES)
    batches = [_batch(read, f"data_batch_{number}", b"labels") for number in range(1, 6)]
    images, labels = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
    return ImageData(
        train=(images, labels), test=_batch(read, "test_batch", b"labels"), class_names=CIFAR10_NAMES
    )


def _load_cifar100(source: DataSource, options: CIFAR100Options) -> ImageData:
    read = _find(source, "cifar100", "cifar-100-python", "cifar-100-python.tar.gz", "test")
    if read is None:
        train, test = download(
            "cifar100",
            source,
            wanted="cifar-100-python/ or cifar-100-python.tar.gz",
            folder="cifar100",
            label_mode=options.labels,
        )
        names = [f"{options.labels} {number}" for number in range(100 if options.labels == "fine" else 20)]
        return ImageData(train=train, test=test, class_names=names)
    key = f"{options.labels}_labels".encode()
    names = [name.decode() for name in _entry(read, "meta", f"{options.labels}_label_names".encode())]
    return ImageData(train=_batch(read, "train", key), test=_batch(read, "test", key), class_names=names)


def _find(source: DataSource, name: str, folder: str, archive: str, member: str) -> Read | None:
    """Return a reader of the first place that holds the layout."""
    # Keras unpacks the archive into a folder of this name.
    for place in source.places(name, name.replace("cifar", "cifar-"), f"{folder}-target"):
        for candidate in (place / folder, place):
            if (candidate / member).is_file():
                return partial(_read_file, candidate)
        for file in (place / archive, place / f"{folder}.tar.gz"):
            if file.is_file():
                return partial(_read_member, _unpacked(file), file)
    return None


def _read_file(folder: Path, name: str) -> bytes:
    path = folder / name
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): get the file again") from error


def _unpacked(archive: Path) -> dict[str, bytes]:
    """Read an archive's files into memory by their own names; nothing is written to disk."""
    try:
        with tarfile.open(archive, "r:*") as tar:
            files = ((member.name, tar.extractfile(member)) for member in tar if member.isfile())
            return {name.rsplit("/", 1)[-1]: file.read() for name, file in files if file is not None}
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(f"{archive} is damaged ({error}): get the file again") from error


def _read_member(members: dict[str, bytes], archive: Path, name: str) -> bytes:
    if name not in members:
        raise DataError(f"{archive} lacks {name}: get the file again")
    return members[name]


def _batch(read: Read, name: str, label_key: bytes) -> Split:
    try:
        pixels = np.asarray(_entry(read, name, b"data"), dtype=np.uint8).reshape(-1, 3, 32, 32)
        labels = np.asarray(_entry(read, name, label_key), dtype=np.int64)
    except (ValueError, TypeError) as error:
        raise DataError(f"{name} is damaged ({error}): get the files again") from error
    # Published with the channels first.
    return Split(np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)), labels)


def _entry(read: Read, name: str, key: bytes) -> Any:
    content = load_arrays(read(name), name)
    if not isinstance(content, dict) or key not in content:
        raise DataError(f"{name} has no {key.decode()!r}: it is no file of this data set")
    return content[key]


CIFAR10 = Dataset(
    name="cifar10", summary="Photographs: 60,000 images, 32×32 colour, 10 classes", load=_load_cifar10
)
CIFAR100 = Dataset(
    name="cifar100",
    summary="Photographs: 60,000 images, 32×32 colour, 100 classes in 20 groups",
    load=_load_cifar100,
    options=CIFAR100Options,
)
