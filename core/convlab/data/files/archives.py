"""Reading files from a tar archive into memory, never to the paths that the archive names."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, BinaryIO

from convlab.errors import DataError

MAX_SIZE = 2**30
"""The maximum size in bytes of an unpacked archive."""

_DECOMPRESSORS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}


def read_archive(archive: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return the contents of files in an archive, by file name without folders.

    Nothing is written to disk, links are not followed, and no more than 1 GiB of an archive is unpacked,
    whatever it contains.

    Args:
        archive: a tar archive, compressed or not.
        names: the files to read; others are skipped.

    Raises:
        DataError: the archive is damaged or too large.
    """
    contents = {}
    try:
        with archive.open("rb") as file, tarfile.open(fileobj=_Unpacked(file, archive), mode="r:") as tar:
            for member in tar:
                name = member.name.rsplit("/", 1)[-1]
                content = tar.extractfile(member) if member.isfile() and name in names else None
                if content is not None:
                    contents[name] = content.read()
    except DataError:
        raise
    except Exception as error:  # tarfile and the decompressors raise their own, RecursionError and others
        # tarfile adds a line for each format that it tried.
        reason = str(error).split("\n", 1)[0].rstrip(":")
        raise DataError(f"{archive} is damaged ({reason}); delete it and get it again") from error
    return contents


class _Unpacked(io.RawIOBase):
    """The decompressed content of an archive, which refuses to be read further than the limit.

    Names, extended headers and skipped files count too: each of them may be a bomb.
    """

    def __init__(self, file: BinaryIO, archive: Path) -> None:
        start = file.read(8)
        file.seek(0)
        found = [unpack for magic, unpack in _DECOMPRESSORS.items() if start.startswith(magic)]
        self._file: BinaryIO = found[0](file) if found else file
        self._archive = archive

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._check(offset)
        return self._file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        self._check(self.tell() + max(size, 0))
        return self._file.read(size)

    def _check(self, end: int) -> None:
        if end > MAX_SIZE:
            raise DataError(
                f"{self._archive} unpacks to {end:,} bytes or more, far more than its files should have; "
                "delete it and get it again"
            )
