"""The last resort: the download that ``keras.datasets`` makes into its cache."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convlab import DataError, DataSource


def download(
    name: str, source: DataSource, *, wanted: str, folder: str, cached: str, **arguments: Any
) -> Any:
    """Return ``(train, test)`` pairs of images and labels from ``keras.datasets``.

    Args:
        name: the module below ``keras.datasets``.
        source: where was looked before; its last folder is the cache.
        wanted: the files that would have been taken.
        folder: the subfolder that they may lie in.
        cached: the file or folder that Keras writes in its cache.
        arguments: passed to ``load_data``.

    Raises:
        DataError: there is no network, or the server fails.
    """
    module = importlib.import_module(f"keras.datasets.{name}")
    try:
        with _all_or_nothing(source.folders[-1] / cached):
            return module.load_data(**arguments)
    except Exception as error:  # Keras raises a plain Exception for a failed download
        looked = ", ".join(str(place) for place in source.folders)
        raise DataError(
            f"no files found in {looked}, and the download failed ({error}): put {wanted} into a folder, or "
            f"its subfolder {folder}/, and name it with --data-dir"
        ) from error


@contextmanager
def _all_or_nothing(target: Path) -> Iterator[None]:
    """Remove what a download wrote before it failed.

    Keras leaves a file whose checksum is wrong, and the first of several files when a later one fails; the
    next run would take them for whole.
    """
    before = set(_files(target))
    try:
        yield
    except BaseException:
        for path in set(_files(target)) - before:
            path.unlink(missing_ok=True)
        raise


def _files(target: Path) -> list[Path]:
    return [path for path in (target, *target.rglob("*")) if path.is_file()]
