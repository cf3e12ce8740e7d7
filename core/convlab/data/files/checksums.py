"""Checksums of files and of decoded arrays."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.data.image_data import ImageData
from convlab.data.image_stream import ImageStream
from convlab.errors import DataError
from convlab.parts.manifest import ARRAYS

_BYTES_PER_CHUNK = 2**24  # the images of a stream may not fit into memory


def array_digests(data: ImageData) -> dict[str, str]:
    """Return the SHA-256 of the four arrays, in hexadecimal, by name."""
    arrays = (
        data.train.images,
        data.train.labels.astype("<i8"),
        data.test.images,
        data.test.labels.astype("<i8"),
    )
    with ThreadPoolExecutor() as pool:
        return dict(zip(ARRAYS, pool.map(array_digest, arrays), strict=True))


def array_digest(array: npt.NDArray[Any] | ImageStream) -> str:
    """Return the SHA-256 of an array's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    rows = max(1, _BYTES_PER_CHUNK * len(array) // max(1, array.nbytes))
    for start in range(0, len(array), rows):
        digest.update(np.ascontiguousarray(array[start : start + rows]).data)
    return digest.hexdigest()


def file_checksum(path: Path, algorithm: str) -> str:
    """Return ``algorithm:checksum`` of a file, in hexadecimal.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"
    except OSError as error:
        raise DataError(f"cannot read {path} ({error.strerror}); check its permissions") from error


def has_checksum(path: Path, expected: str) -> bool:
    """Return whether a file has the checksum ``algorithm:checksum``."""
    return file_checksum(path, expected.partition(":")[0]) == expected


def file_checksums(files: Iterable[tuple[Path, str]]) -> list[str]:
    """Return the checksum of each file, computed with the algorithm of the checksum paired with it."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda file: file_checksum(file[0], file[1].partition(":")[0]), files))
