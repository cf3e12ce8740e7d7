"""The download of all files of a data set into a folder, one process at a time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convlab.data.files.archives import read_archive
from convlab.data.files.checksums import has_checksum
from convlab.data.files.download import download_file
from convlab.data.files.progress import progress_of
from convlab.errors import DataError
from convlab.parts.manifest import DatasetManifest, Download
from convlab.system.atomic_write import write_bytes


def fetch_into(folder: Path, published: DatasetManifest) -> None:
    """Download those files of a data set that a folder does not have whole.

    Of two processes that do so at once, one waits and then finds the files there.

    Args:
        folder: a data folder; made if need be.
        published: what is known of the data set.

    Raises:
        DataError: a file cannot be had, or the folder cannot be written.
    """
    with _alone_in(folder, published.name):
        for download in published.downloads:
            _fetch(folder, download)


def _fetch(folder: Path, download: Download) -> None:
    target = folder / download.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (target.is_file() and has_checksum(target, download.checksum)):
        with progress_of(target.name, download.size) as advance:
            try:
                download_file(
                    _addresses(download),
                    target,
                    size=download.size,
                    checksum=download.checksum,
                    advance=advance,
                )
            except DataError as error:
                raise DataError(f"the download of {target.name} failed ({error})") from error
    if download.unpacked:
        _unpack(folder, target, download.unpacked)


def _addresses(download: Download) -> tuple[str, ...]:
    """The published addresses, after those of the user's own mirrors."""
    mirrors = os.environ.get("CONVLAB_MIRROR", "").split()
    return (*(f"{mirror.rstrip('/')}/{download.path}" for mirror in mirrors), *download.urls)


def _unpack(folder: Path, archive: Path, paths: tuple[str, ...]) -> None:
    targets = {path.rsplit("/", 1)[-1]: folder / path for path in paths}
    contents = read_archive(archive, targets)
    for name, target in targets.items():
        if name not in contents:
            raise DataError(f"{archive} lacks {name}: delete it and get it again")
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, contents[name])


@contextmanager
def _alone_in(folder: Path, name: str) -> Iterator[None]:
    """Hold other processes off, and say which folder cannot be written."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f".{name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            sys.stderr.write(f"another process is downloading {name}: waiting for it\n")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()
    except OSError as error:
        raise DataError(
            f"{folder} cannot be written ({error.strerror or error}): make room, or name another folder"
        ) from error
