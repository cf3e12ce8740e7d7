"""CIFAR's published Python layout: a folder of pickles, or its archive."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from convlab import DataError, Found, read_archive
from convlab_datasets.formats.restricted_pickle import load_arrays


@dataclass(frozen=True)
class PickleFile:
    """What one file of the layout holds, and where it lies."""

    origin: str
    entries: dict[bytes, Any]

    def __getitem__(self, key: bytes) -> Any:
        if key not in self.entries:
            raise DataError(
                f"{self.origin} has no {key.decode()!r}, so it is another file: get the right one"
            )
        return self.entries[key]


# Reads a file of the layout by its name.
Read = Callable[[str], PickleFile]


def reader_of(found: Found, names: tuple[str, ...]) -> Read:
    """Return what reads the pickles of a layout.

    Args:
        found: the folder of pickles, or the archive.
        names: all pickles that will be read.

    Raises:
        DataError: an archive is damaged.
    """
    if len(found.paths) > 1:
        return partial(_read_from_folder, found)
    return partial(_read_from_archive, found.place, read_archive(found.place, names))


def _read_from_folder(found: Found, name: str) -> PickleFile:
    path = found.paths[name]
    try:
        with path.open("rb") as file:
            return _parsed(file, str(path))
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): delete it and get it again") from error


def _read_from_archive(archive: Path, members: dict[str, bytes], name: str) -> PickleFile:
    if name not in members:
        raise DataError(f"{archive} lacks {name}: delete it and get it again")
    # Each is read once, so it need not stay in memory.
    return _parsed(io.BytesIO(members.pop(name)), f"{name} in {archive}")


def _parsed(file: BinaryIO, origin: str) -> PickleFile:
    entries = load_arrays(file, origin)
    if not isinstance(entries, dict):
        raise DataError(f"{origin} holds no dictionary, so it is another file: get the right one")
    return PickleFile(origin, entries)
