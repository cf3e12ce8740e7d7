"""The ``.npz`` archive in which Keras distributes MNIST."""

import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convlab import DataError, Split
from convlab_datasets.formats.idx import LARGEST


def read_npz(path: Path) -> tuple[Split, Split]:
    """Read the train and the test split.

    Args:
        path: an archive of ``x_train``, ``y_train``, ``x_test`` and ``y_test``; images without channels.

    Raises:
        DataError: the file is damaged, holds something else, or says that it is larger than a gibibyte.
    """

    def split(part: str) -> Split:
        images: npt.NDArray[np.uint8] = arrays[f"x_{part}"]
        return Split(images[..., None], arrays[f"y_{part}"])

    try:
        _check_size(path)
        with np.load(path, allow_pickle=False) as arrays:
            return split("train"), split("test")
    except DataError:
        raise
    except Exception as error:  # zip, zlib, NumPy and missing keys each raise their own
        raise DataError(
            f"{path} is damaged ({type(error).__name__}: {error}): delete it and get it again"
        ) from error


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST:
        raise DataError(
            f"{path} says that it has {size:,} bytes once unpacked, far more than any file of images should: "
            "delete it and get it again"
        )
