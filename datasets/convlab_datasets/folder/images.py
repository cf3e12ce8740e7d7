"""Reading image files, into memory or on demand, with identical pixels."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from convlab import DataError, ImageStream, Split
from convlab_datasets.folder.decoding import Header, TargetFormat, decode, read_header
from convlab_datasets.folder.faults import Faults
from convlab_datasets.folder.layout import ImageFile

ResultT = TypeVar("ResultT")

# Small files are faster to decode than to hand to another thread. Ctrl-C waits for a whole batch.
_FILES_PER_THREAD = 16
_FILES_PER_BATCH = 256


def read_headers(
    root: Path, files: Sequence[ImageFile], faults: Faults
) -> tuple[list[ImageFile], list[Header]]:
    """Return the files that appear to be images, with their digests, and their headers."""
    for file in files:
        if file.size == 0:
            faults.add("empty", file.name)
    non_empty = [file for file in files if file.size]
    readable = list(_read_all(non_empty, lambda file: read_header(root / file.name), faults))
    return (
        [file._replace(sha256=header.sha256) for file, header in readable],
        [header for _, header in readable],
    )


def read_split(
    root: Path, files: Sequence[ImageFile], target: TargetFormat, faults: Faults, *, stream: bool
) -> tuple[Split, list[ImageFile]]:
    """Read the images and labels of a split, skipping damaged files.

    Every file is decoded here, even when streaming, to find damaged files before training begins.

    Args:
        root: the folder that contains the files.
        files: the files, in the order of the split.
        target: the size and channels to convert every image to.
        faults: records the damaged files.
        stream: whether to read the pixels on demand instead of holding them in memory.

    Returns:
        The split, and the file of each of its images.
    """
    pixels = np.empty((0 if stream else len(files), *target.shape), np.uint8)
    decoded: list[ImageFile] = []
    for file, image in _read_all(files, lambda file: decode(root / file.name, target), faults):
        if not stream:
            pixels[len(decoded)] = image
        decoded.append(file)
    labels = np.array([file.label for file in decoded], np.int64)
    if not stream:
        return Split(pixels[: len(decoded)], labels), decoded
    names = [file.name for file in decoded]
    images = ImageStream((len(names), *target.shape), _batch_reader(root, names, target))
    return Split(images, labels), decoded


def _batch_reader(
    root: Path, names: list[str], target: TargetFormat
) -> Callable[[npt.NDArray[np.int64]], npt.NDArray[np.uint8]]:
    def read(indices: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        images = np.empty((len(indices), *target.shape), np.uint8)
        for position, index in enumerate(indices):
            file = root / names[index]
            try:
                images[position] = decode(file, target)
            except Exception as error:
                raise DataError(
                    f"{file} could be read when the run began, but not any more ({type(error).__name__}: "
                    f"{error}); restore it, and do not change {root} during a run"
                ) from error
        return images

    return read


def _read_all(
    files: Sequence[ImageFile], read: Callable[[ImageFile], ResultT], faults: Faults
) -> Iterator[tuple[ImageFile, ResultT]]:
    """Yield each file with the result of reading it, in order; unreadable files become faults."""

    def attempt(file: ImageFile) -> ResultT | None:
        try:
            return read(file)
        except Exception:  # a damaged file may raise anything in Pillow
            return None

    with ThreadPoolExecutor() as pool:
        for first in range(0, len(files), _FILES_PER_BATCH):
            batch = files[first : first + _FILES_PER_BATCH]
            parts = [
                batch[start : start + _FILES_PER_THREAD] for start in range(0, len(batch), _FILES_PER_THREAD)
            ]
            results = pool.map(lambda part: list(map(attempt, part)), parts)
            for file, result in zip(batch, chain.from_iterable(results), strict=True):
                if result is None:
                    faults.add("unreadable", file.name)
                else:
                    yield file, result
