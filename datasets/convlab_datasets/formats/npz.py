"""The ``.npz`` archive in which Keras distributes MNIST."""

import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convlab import DataError, Split
from convlab_datasets.formats.idx import MAX_FILE_SIZE


def read_npz(path: Path) -> tuple[Split, Split]:
    """Read the training set and the test set.

    Args:
        path: an archive of ``x_train``, ``y_train``, ``x_test`` and ``y_test``; images without channel axis.

    Raises:
        DataError: the file is damaged, is not such an archive, or declares more than 1 GiB.
    """

    def split(name: str) -> Split:
        images: npt.NDArray[np.uint8] = arrays[f"x_{name}"]
        return Split(images[..., None], arrays[f"y_{name}"])

    try:
        _check_size(path)
        with np.load(path, allow_pickle=False) as arrays:
            return split("train"), split("test")
    except DataError:
        raise
    except Exception as error:  # zipfile, zlib, NumPy and missing keys each raise their own
        raise DataError(
            f"{path} is damaged ({type(error).__name__}: {error}); delete it and get it again"
        ) from error


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MAX_FILE_SIZE:
        raise DataError(
            f"{path} declares {size:,} bytes, far more than any file of images should have; delete it and "
            "get it again"
        )
