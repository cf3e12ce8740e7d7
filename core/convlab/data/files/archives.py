"""Files of a tar archive, read into memory and never written where the archive says."""

import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path

from convlab.errors import DataError

LARGEST = 2**30
"""The most bytes that a file of images may have once it is unpacked."""


def read_archive(archive: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return the contents of an archive's files, by their own names without folders.

    Nothing is written to disk, links are not followed, and an archive whose files say that they are larger
    than a gibibyte is refused before any of it is unpacked.

    Args:
        archive: a tar archive, compressed or not.
        names: the files to read; the others are passed over.

    Raises:
        DataError: the archive is damaged, or too large.
    """
    contents = {}
    try:
        with tarfile.open(archive, "r:*") as tar:
            for member in tar:
                if member.size > LARGEST:
                    raise DataError(
                        f"{archive} says that {member.name!r} in it has {member.size:,} bytes, far more than "
                        "any of its files should: delete it and get it again"
                    )
                name = member.name.rsplit("/", 1)[-1]
                file = tar.extractfile(member) if member.isfile() and name in names else None
                if file is not None:
                    contents[name] = file.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        # tarfile adds a line for each way in which it tried to open the file.
        reason = str(error).split("\n", 1)[0].rstrip(":")
        raise DataError(f"{archive} is damaged ({reason}): delete it and get it again") from error
    return contents
