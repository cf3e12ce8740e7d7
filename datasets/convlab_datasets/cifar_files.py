"""CIFAR's published Python layout: a folder of pickles, or its archive."""

import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from convlab import DataError, DataSource
from convlab_datasets.restricted_pickle import load_arrays


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


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The names under which a data set is published.

    Attributes:
        subfolders: where it may lie in a data folder.
        folder: the folder of pickles.
        archive: the folder's archive.
        members: the pickles.
    """

    subfolders: tuple[str, ...]
    folder: str
    archive: str
    members: tuple[str, ...]

    def find(self, source: DataSource) -> tuple[Path, Read] | None:
        """Return the first place that holds the layout, and its reader.

        Raises:
            DataError: an archive is damaged.
        """
        for place in source.places(*self.subfolders, self.keras_folder):
            folder, archive = place / self.folder, place / self.archive
            if any((folder / member).is_file() for member in self.members):
                return folder, partial(_read_from_folder, folder)
            if archive.is_file():
                return archive, partial(_read_from_archive, archive, _unpacked(archive, self.members))
            # The files may lie in the place itself: the names of some are common, so all must be there.
            if all((place / member).is_file() for member in self.members):
                return place, partial(_read_from_folder, place)
        return None

    @property
    def keras_folder(self) -> str:
        """The folder of the Keras cache into which Keras unpacks the archive."""
        return f"{self.folder}-target"


def _read_from_folder(folder: Path, name: str) -> PickleFile:
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}): delete {folder} and get it again"
        ) from error
    return _parsed(content, str(path))


def _read_from_archive(archive: Path, members: dict[str, bytes], name: str) -> PickleFile:
    if name not in members:
        raise DataError(f"{archive} lacks {name}: delete it and get it again")
    # Each is read once, so it need not stay in memory.
    return _parsed(members.pop(name), f"{name} in {archive}")


def _unpacked(archive: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    """Read an archive's files into memory by their own names; nothing is written to disk."""
    contents = {}
    try:
        with tarfile.open(archive, "r:*") as tar:
            for member in tar:
                name = member.name.rsplit("/", 1)[-1]
                file = tar.extractfile(member) if member.isfile() and name in names else None
                if file is not None:
                    contents[name] = file.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        # tarfile adds a line for each way in which it tried to open the file.
        reason = str(error).split("\n", 1)[0].rstrip(":")
        raise DataError(f"{archive} is damaged ({reason}): delete it and get it again") from error
    return contents


def _parsed(content: bytes, origin: str) -> PickleFile:
    entries = load_arrays(content, origin)
    if not isinstance(entries, dict):
        raise DataError(f"{origin} holds no dictionary, so it is another file: get the right one")
    return PickleFile(origin, entries)
