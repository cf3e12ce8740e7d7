"""Unpickling of arrays, lists and bytes only; anything else is refused instead of run."""

import pickle
from typing import Any, BinaryIO

from convlab import DataError

# What old and new NumPy need to rebuild an array, and Python 3 to decode the bytes of Python 2.
_ALLOWED = {
    *((module, "_reconstruct") for module in ("numpy.core.multiarray", "numpy._core.multiarray")),
    *((module, "_frombuffer") for module in ("numpy.core.numeric", "numpy._core.numeric")),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it uses {module}.{name}, which a dataset does not need")
        return super().find_class(module, name)


def load_arrays(file: BinaryIO, origin: str) -> Any:
    """Unpickle a file that contains only arrays, lists, dictionaries, numbers and bytes.

    Args:
        file: the pickle; passing an open file on disk avoids a copy.
        origin: where it comes from, for messages.

    Raises:
        DataError: it is damaged, or contains anything else.
    """
    try:
        return _ArrayUnpickler(file, encoding="bytes").load()
    except Exception as error:  # a damaged pickle may raise nearly anything
        raise DataError(
            f"{origin} is damaged or unsafe and was not loaded ({error}); delete it and get it again"
        ) from error
