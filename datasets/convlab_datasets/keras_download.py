"""The last resort: the download that ``keras.datasets`` makes into its cache."""

import importlib
from typing import Any

from convlab import DataError, DataSource


def download(name: str, source: DataSource, *, wanted: str, folder: str, **arguments: Any) -> Any:
    """Return ``(train, test)`` pairs of images and labels from ``keras.datasets``.

    Args:
        name: the module below ``keras.datasets``.
        source: where was looked before, for the message.
        wanted: the files that would have been taken.
        folder: the subfolder that they may lie in.
        arguments: passed to ``load_data``.

    Raises:
        DataError: there is no network, or the server fails.
    """
    module = importlib.import_module(f"keras.datasets.{name}")
    try:
        return module.load_data(**arguments)
    except Exception as error:  # Keras raises a plain Exception for a failed download
        looked = ", ".join(str(place) for place in source.folders)
        raise DataError(
            f"no files found in {looked}, and the download failed ({error}): put {wanted} into a folder, or "
            f"its subfolder {folder}/, and name it with --data-dir"
        ) from error
