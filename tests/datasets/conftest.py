"""Small sets of real digits in the layouts of the published datasets."""

import io
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from convlab import Dataset, DataSource, ImageData, PluginHost, Split

Files = dict[str, bytes]
Digits = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]


@pytest.fixture
def load() -> Callable[..., ImageData]:
    """Loads a dataset as a run does, by name through the plugin host."""

    def load(name: str, folder: Path | None = None, **options: str) -> ImageData:
        part = PluginHost(third_party=False).find(Dataset, name).part
        return part.load(
            DataSource.from_environment(folder), part.options(**options) if part.options else None
        )

    return load


@pytest.fixture
def put() -> Callable[[Path, Files], Path]:
    """Writes files into a folder, creating it if needed, and returns the folder."""

    def put(folder: Path, files: Files) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    return put


@pytest.fixture(scope="session")
def archive_of() -> Callable[[str, Files], bytes]:
    """Packs files into a folder in a .tar.gz archive, as CIFAR is published."""

    def archive_of(folder: str, files: Files) -> bytes:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            for name, content in files.items():
                member = tarfile.TarInfo(f"{folder}/{name}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        return packed.getvalue()

    return archive_of


@pytest.fixture(scope="session")
def grayscale_splits(real_digits: Digits) -> tuple[Split, Split]:
    """60 training and 20 test images, (n, 28, 28, 1)."""
    images, labels = real_digits
    return Split(images[:60, ..., None], labels[:60]), Split(images[60:80, ..., None], labels[60:80])


@pytest.fixture(scope="session")
def idx_files(grayscale_splits: tuple[Split, Split]) -> Files:
    """The four IDX files of ``grayscale_splits``, not gzipped."""
    files = {}
    for prefix, (images, labels) in zip(("train", "t10k"), grayscale_splits, strict=True):
        header = struct.pack(">4B3I", 0, 0, 8, 3, *images.shape[:3])
        files[f"{prefix}-images-idx3-ubyte"] = header + np.asarray(images).tobytes()
        header = struct.pack(">4BI", 0, 0, 8, 1, len(labels))
        files[f"{prefix}-labels-idx1-ubyte"] = header + labels.astype(np.uint8).tobytes()
    return files


@pytest.fixture(scope="session")
def npz_file(grayscale_splits: tuple[Split, Split]) -> bytes:
    """``grayscale_splits`` as Keras distributes MNIST."""
    train, test = grayscale_splits
    written = io.BytesIO()
    np.savez(
        written,
        x_train=np.asarray(train.images)[..., 0],
        y_train=train.labels.astype(np.uint8),
        x_test=np.asarray(test.images)[..., 0],
        y_test=test.labels.astype(np.uint8),
    )
    return written.getvalue()


@pytest.fixture(scope="session")
def color_splits(real_digits: Digits) -> tuple[Split, Split]:
    """50 training and 10 test images, (n, 32, 32, 3): red digits, transposed in green, inverted in blue."""
    digits, labels = real_digits
    red = np.pad(digits[:60], ((0, 0), (2, 2), (2, 2)))
    images = np.stack([red, red.transpose(0, 2, 1), 255 - red], axis=-1)
    return Split(images[:50], labels[:50]), Split(images[50:], labels[50:60])


@pytest.fixture(scope="session")
def cifar10_files(color_splits: tuple[Split, Split]) -> Files:
    """``color_splits`` as CIFAR-10 is published: five training batches of ten images, and a test batch."""
    train, test = color_splits
    files = {
        f"data_batch_{k + 1}": _python2_pickle(
            {
                b"batch_label": f"training batch {k + 1} of 5".encode(),
                b"labels": train.labels[10 * k : 10 * k + 10].tolist(),
                b"data": _rows(train.images[10 * k : 10 * k + 10]),
            }
        )
        for k in range(5)
    }
    files["test_batch"] = _python2_pickle(
        {b"data": _rows(np.asarray(test.images)), b"labels": test.labels.tolist()}
    )
    return files


@pytest.fixture(scope="session")
def cifar100_files(color_splits: tuple[Split, Split]) -> Files:
    """``color_splits`` as CIFAR-100 is published: digit ``d`` has class ``10 d + 5`` and group ``d + 7``."""
    files = {
        name: _python2_pickle(
            {
                b"data": _rows(np.asarray(split.images)),
                b"fine_labels": (10 * split.labels + 5).tolist(),
                b"coarse_labels": (split.labels + 7).tolist(),
            }
        )
        for name, split in zip(("train", "test"), color_splits, strict=True)
    }
    files["meta"] = _python2_pickle(
        {
            b"fine_label_names": [f"class_{number}".encode() for number in range(100)],
            b"coarse_label_names": [f"group_{number}".encode() for number in range(20)],
        }
    )
    return files


def _rows(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Flatten each image as CIFAR does: 1,024 red bytes, then green, then blue, in row-major order."""
    return np.stack(
        [np.concatenate([image[..., channel].ravel() for channel in range(3)]) for image in images]
    )


def _python2_pickle(value: dict[bytes, Any]) -> bytes:
    """Pickle with protocol 2 as Python 2 and its NumPy do, like the published files."""
    return b"\x80\x02" + _python2(value) + b"."


def _python2(value: Any) -> bytes:
    match value:
        case bytes():  # a str of Python 2
            return b"T" + struct.pack("<i", len(value)) + value
        case int():
            return b"J" + struct.pack("<i", value)
        case list():
            return b"](" + b"".join(map(_python2, value)) + b"e"
        case tuple():
            return b"(" + b"".join(map(_python2, value)) + b"t"
        case dict():
            return b"}(" + b"".join(_python2(key) + _python2(entry) for key, entry in value.items()) + b"u"
        case np.ndarray():
            empty = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n" + _python2((0,)) + b"U\x01btR"
            dtype = (
                b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR" + b"(K\x03U\x01|NNN" + 2 * _python2(-1) + b"K\x00tb"
            )
            state = b"(K\x01" + _python2(value.shape) + dtype + b"\x89" + _python2(value.tobytes()) + b"t"
            return empty + state + b"b"
    raise TypeError(type(value))
