"""Finding the image files in a folder, by the same rules for datasets and for predictions."""

import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

from convlab.data.image_formats import FORMAT_NAMES, is_image_name
from convlab.errors import DataError

Identity = tuple[int, int]

# Left behind by operating systems and archives.
_JUNK = ("thumbs.db", "desktop.ini", "__macosx", "@eadir")


class FolderEntry(NamedTuple):
    """An entry of a folder.

    Attributes:
        path: its path.
        size: its size in bytes, if it is an image file.
        reason: why it is left out; empty for an image file.
    """

    path: Path
    size: int = 0
    reason: str = ""


@dataclass(frozen=True)
class ImageFolder:
    """The entries of a folder, each an image file, a folder or left out, in the same order on every machine.

    Links are followed. Hidden entries are left out, and folders that have been listed already, so that links
    in a circle end.

    Attributes:
        images: the image files, by their suffix.
        folders: the folders; empty if their own entries are listed instead.
        left_out: all other entries, and why.
    """

    images: list[FolderEntry]
    folders: list[Path]
    left_out: list[FolderEntry]

    # Why entries are left out, as phrases that follow a count.
    HIDDEN: ClassVar = "hidden"
    OTHER_FORMAT: ClassVar = f"in a format other than {FORMAT_NAMES}"
    UNREADABLE: ClassVar = "unreadable"
    NOT_A_FILE: ClassVar = "not regular files"
    REPEATED: ClassVar = "links to a folder that is listed already"

    @classmethod
    def read(cls, folder: Path, *, recursive: bool = False, within: tuple[Path, ...] = ()) -> Self:
        """List a folder.

        Args:
            folder: an existing folder.
            recursive: whether to list the entries of its folders as well, at any depth.
            within: the folders that led to it, which links in it must not lead back to.

        Raises:
            DataError: the folder cannot be read.
        """
        listed = cls([], [], [])
        try:
            seen = {_identity(path.stat()) for path in (*within, folder)}
            listed._add(folder, seen)
        except OSError as error:
            raise DataError(f"cannot read {folder} ({error.strerror}); check its permissions") from error
        while recursive and listed.folders:
            inner = listed.folders.pop(0)
            try:
                identity = _identity(inner.stat())
                if identity in seen:
                    listed.left_out.append(FolderEntry(inner, reason=cls.REPEATED))
                    continue
                seen.add(identity)
                listed._add(inner, seen)
            except OSError:
                listed.left_out.append(FolderEntry(inner, reason=cls.UNREADABLE))
        return listed

    def _add(self, folder: Path, seen: set[Identity]) -> None:
        """Add the entries of a folder, without those of its folders."""
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
        for name in sorted(names, key=_in_order):
            path = folder / name
            if name.startswith(".") or name.lower() in _JUNK:
                self.left_out.append(FolderEntry(path, reason=self.HIDDEN))
                continue
            try:
                status = path.stat()
            except OSError:  # a link to nowhere or to itself
                self.left_out.append(FolderEntry(path, reason=self.UNREADABLE))
                continue
            if stat.S_ISDIR(status.st_mode):
                if _identity(status) in seen:
                    self.left_out.append(FolderEntry(path, reason=self.REPEATED))
                else:
                    self.folders.append(path)
            elif not is_image_name(name):
                self.left_out.append(FolderEntry(path, reason=self.OTHER_FORMAT))
            elif not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for a writer
                self.left_out.append(FolderEntry(path, reason=self.NOT_A_FILE))
            else:
                self.images.append(FolderEntry(path, size=status.st_size))


def _identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino


def _in_order(name: str) -> tuple[str, str]:
    """Return a key that sorts names alike in any locale and form of Unicode."""
    decoded = os.fsencode(name).decode("utf-8", "surrogateescape")
    return unicodedata.normalize("NFC", decoded), decoded
