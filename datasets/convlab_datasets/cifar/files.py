"""Reading CIFAR's published pickles, from a folder or from its archive."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from convlab import DataError, DatasetFiles, read_archive
from convlab_datasets.formats.restricted_pickle import load_arrays


@dataclass(frozen=True)
class PickleFile:
    """The contents of one file, and where it comes from."""

    origin: str
    entries: dict[bytes, Any]

    def __getitem__(self, key: bytes) -> Any:
        if key not in self.entries:
            raise DataError(f"{self.origin} has no {key.decode()!r}; replace it with the right file")
        return self.entries[key]


# Reads a file of the layout by name.
Read = Callable[[str], PickleFile]


def file_reader(files: DatasetFiles, names: tuple[str, ...]) -> Read:
    """Return a function that reads the pickles of a layout.

    Args:
        files: the folder of pickles, or the archive.
        names: all pickles that will be read.

    Raises:
        DataError: an archive is damaged.
    """
    if len(files.paths) > 1:
        return partial(_read_from_folder, files)
    return partial(_read_from_archive, files.place, read_archive(files.place, names))


def _read_from_folder(files: DatasetFiles, name: str) -> PickleFile:
    path = files.paths[name]
    try:
        with path.open("rb") as file:
            return _unpickle(file, str(path))
    except OSError as error:
        raise DataError(f"cannot read {path} ({error.strerror}); delete it and get it again") from error


def _read_from_archive(archive: Path, members: dict[str, bytes], name: str) -> PickleFile:
    if name not in members:
        raise DataError(f"{archive} has no file {name}; delete it and get it again")
    # Each file is read only once, so its bytes can be released.
    return _unpickle(io.BytesIO(members.pop(name)), f"{name} in {archive}")


def _unpickle(file: BinaryIO, origin: str) -> PickleFile:
    entries = load_arrays(file, origin)
    if not isinstance(entries, dict):
        raise DataError(f"{origin} does not contain a dictionary; replace it with the right file")
    return PickleFile(origin, entries)
