"""The images of files, in memory or read as they are needed: the same pixels either way."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from convlab import DataError, ImageStream, Split
from convlab_datasets.folder.decoding import Form, Header, decode, read_header
from convlab_datasets.folder.faults import Faults
from convlab_datasets.folder.layout import ImageFile

ResultT = TypeVar("ResultT")

# A thread takes some files at a time, since small ones cost less than the change of threads; Ctrl-C waits for
# those at once.
_FILES_PER_THREAD = 16
_FILES_AT_ONCE = 256


def read_headers(
    root: Path, files: Sequence[ImageFile], faults: Faults
) -> tuple[list[ImageFile], list[Header]]:
    """Return the files that look like images, and what each says of its image."""
    for file in files:
        if file.size == 0:
            faults.add("empty", file.name)
    filled = [file for file in files if file.size]
    readable = list(_readable(filled, lambda file: read_header(root / file.name), faults))
    return [file for file, _ in readable], [header for _, header in readable]


def read_split(root: Path, files: Sequence[ImageFile], form: Form, faults: Faults, *, stream: bool) -> Split:
    """Return the images and labels of files; those that are broken are left out.

    Every file is decoded once here, streamed or not: a broken one is found before the training begins.

    Args:
        root: the folder that they lie in.
        files: in the order that the split shall have.
        form: what every image is brought to.
        faults: is told the broken files.
        stream: whether to keep the files' names instead of the pixels.
    """
    pixels = np.empty((0 if stream else len(files), *form.shape), np.uint8)
    whole: list[ImageFile] = []
    for file, image in _readable(files, lambda file: decode(root / file.name, form), faults):
        if not stream:
            pixels[len(whole)] = image
        whole.append(file)
    labels = np.array([file.label for file in whole], np.int64)
    if not stream:
        return Split(pixels[: len(whole)], labels)
    names = [file.name for file in whole]
    return Split(ImageStream((len(names), *form.shape), _reader(root, names, form)), labels)


def _reader(
    root: Path, names: list[str], form: Form
) -> Callable[[npt.NDArray[np.int64]], npt.NDArray[np.uint8]]:
    def read(indices: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        images = np.empty((len(indices), *form.shape), np.uint8)
        for position, index in enumerate(indices):
            file = root / names[index]
            try:
                images[position] = decode(file, form)
            except Exception as error:
                raise DataError(
                    f"{file} could be read when the run began, but no longer: put it back, and leave {root} "
                    f"alone while a run reads it ({type(error).__name__}: {error})"
                ) from error
        return images

    return read


def _readable(
    files: Sequence[ImageFile], read: Callable[[ImageFile], ResultT], faults: Faults
) -> Iterator[tuple[ImageFile, ResultT]]:
    """Yield what is read of each file, in their order; a file that cannot be read becomes a fault."""

    def attempt(file: ImageFile) -> ResultT | None:
        try:
            return read(file)
        except Exception:  # whatever a broken file makes of Pillow
            return None

    with ThreadPoolExecutor() as pool:
        for first in range(0, len(files), _FILES_AT_ONCE):
            some = files[first : first + _FILES_AT_ONCE]
            parts = [
                some[start : start + _FILES_PER_THREAD] for start in range(0, len(some), _FILES_PER_THREAD)
            ]
            results = pool.map(lambda part: list(map(attempt, part)), parts)
            for file, result in zip(some, chain.from_iterable(results), strict=True):
                if result is None:
                    faults.add("unreadable", file.name)
                else:
                    yield file, result
