"""Reading files from a tar archive into memory, never to the paths that the archive names."""

import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path

from convlab.errors import DataError

MAX_FILE_SIZE = 2**30
"""The maximum size in bytes of an unpacked file."""


def read_archive(archive: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return the contents of files in an archive, by file name without folders.

    Nothing is written to disk, links are not followed, and an archive that declares a file larger than 1 GiB
    is refused before any of it is unpacked.

    Args:
        archive: a tar archive, compressed or not.
        names: the files to read; others are skipped.

    Raises:
        DataError: the archive is damaged or too large.
    """
    contents = {}
    try:
        with tarfile.open(archive, "r:*") as tar:
            for member in tar:
                if member.size > MAX_FILE_SIZE:
                    raise DataError(
                        f"{archive} declares {member.size:,} bytes for {member.name!r}, far more than any of "
                        "its files should have; delete it and get it again"
                    )
                name = member.name.rsplit("/", 1)[-1]
                file = tar.extractfile(member) if member.isfile() and name in names else None
                if file is not None:
                    contents[name] = file.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        # tarfile adds a line for each format that it tried.
        reason = str(error).split("\n", 1)[0].rstrip(":")
        raise DataError(f"{archive} is damaged ({reason}); delete it and get it again") from error
    return contents
