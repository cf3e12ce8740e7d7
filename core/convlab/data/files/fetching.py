"""The download of all files of a dataset into a folder, by one process at a time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convlab.data.files.archives import read_archive
from convlab.data.files.checksums import has_checksum
from convlab.data.files.download import download_file
from convlab.data.files.progress import download_progress
from convlab.errors import DataError
from convlab.parts.manifest import DatasetManifest, Download
from convlab.system.atomic_write import write_bytes
from convlab.text.visible import visible


def fetch_into(folder: Path, manifest: DatasetManifest) -> None:
    """Download the files of a dataset that a folder lacks or that are damaged.

    If another process is already doing so, wait and then use its files.

    Args:
        folder: a data folder; created if needed.
        manifest: the dataset's manifest.

    Raises:
        DataError: a file cannot be downloaded, or the folder cannot be written.
    """
    with _locked(folder, manifest.name):
        for download in manifest.downloads:
            _fetch(folder, download)


def _fetch(folder: Path, download: Download) -> None:
    target = folder / download.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (target.is_file() and has_checksum(target, download.checksum)):
        # The user's own mirrors come before the published addresses.
        mirrors = os.environ.get("CONVLAB_MIRROR", "").split()
        urls = (*(f"{mirror.rstrip('/')}/{download.path}" for mirror in mirrors), *download.urls)
        with download_progress(target.name, download.size) as advance:
            try:
                download_file(urls, target, size=download.size, checksum=download.checksum, advance=advance)
            except DataError as error:
                raise DataError(f"the download of {target.name} failed ({error})") from error
    if download.unpacked:
        _unpack(folder, target, download.unpacked)


def _unpack(folder: Path, archive: Path, paths: tuple[str, ...]) -> None:
    targets = {path.rsplit("/", 1)[-1]: folder / path for path in paths}
    contents = read_archive(archive, targets)
    for name, target in targets.items():
        if name not in contents:
            raise DataError(f"{archive} has no file {name}; delete it and get it again")
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, contents[name])


@contextmanager
def _locked(folder: Path, name: str) -> Iterator[None]:
    """Lock out other processes, and turn write errors into a ``DataError`` that names the folder."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f".{name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            sys.stderr.write(f"waiting for another process that is downloading {visible(name)}\n")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()
    except OSError as error:
        raise DataError(
            f"cannot write to {folder} ({error.strerror or error}); free some space, or choose another folder"
        ) from error
