"""Pickles of arrays, lists and bytes; anything else in them is refused, not run."""

import pickle
from typing import Any, BinaryIO

from convlab import DataError

# What NumPy, old and new, asks for to rebuild an array, and Python 3 for the bytes of Python 2.
_ALLOWED = {
    *((module, "_reconstruct") for module in ("numpy.core.multiarray", "numpy._core.multiarray")),
    *((module, "_frombuffer") for module in ("numpy.core.numeric", "numpy._core.numeric")),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


class _ArraysAlone(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no data set needs")
        return super().find_class(module, name)


def load_arrays(file: BinaryIO, origin: str) -> Any:
    """Return what a pickle holds, if that is arrays, lists, dictionaries, numbers and bytes alone.

    Args:
        file: the pickle; read straight from a file on disk, it is copied once less.
        origin: the file it comes from, for messages.

    Raises:
        DataError: it is damaged, or would build anything else.
    """
    try:
        return _ArraysAlone(file, encoding="bytes").load()
    except Exception as error:  # a damaged pickle may raise nearly anything
        raise DataError(
            f"{origin} is damaged or unsafe and was not loaded ({error}): delete it and get it again"
        ) from error
