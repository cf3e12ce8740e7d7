"""Unpickling of arrays, lists and bytes only; anything else is refused instead of run.

A pickle calls functions and sets the state of what they return. Given to NumPy's own, state that was made
up reads and writes memory anywhere. So nothing of NumPy's is called: a pickle fills stand-ins, from which an
array is made after its bytes, shape and dtype have been checked.
"""

import math
import pickle
import re
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, ClassVar, NoReturn

import numpy as np

from convlab import DataError

_NUMBERS = re.compile(r"([biu]1|[iu][248]|f[248])")
_MAX_DIMENSIONS = 32


class _StandIn:
    """Records how a pickle would have made an object: the arguments, and the state set afterwards."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _DType(_StandIn):
    def checked(self) -> np.dtype[Any]:
        """Return the dtype, if it is one of plain numbers."""
        name = _text(self.arguments[0])
        order = _text(self.state[1]) if self.state is not None else "="
        if not _NUMBERS.fullmatch(name) or order not in ("<", ">", "=", "|"):
            raise ValueError(f"{order}{name} is not a dtype of numbers")
        return np.dtype(order + name)


class _Array(_StandIn):
    def checked(self) -> np.ndarray[Any, Any]:
        """Return the array, if it has as many bytes as its shape and dtype need."""
        shape, dtype, is_fortran, content = self._parts()
        dtype = _expect(_DType, dtype).checked()
        shape = tuple(_expect(int, size) for size in _expect(tuple, shape))
        size = math.prod(shape) * dtype.itemsize
        if len(shape) > _MAX_DIMENSIONS or min(shape, default=0) < 0 or size != len(_expect(bytes, content)):
            raise ValueError(f"{len(content):,} bytes are not an array of shape {shape} and dtype {dtype}")
        return np.ndarray(shape, dtype, content, order="F" if is_fortran else "C")

    def _parts(self) -> tuple[Any, Any, Any, Any]:
        _, shape, dtype, is_fortran, content = self.state
        return shape, dtype, is_fortran, content


class _FromBuffer(_Array):
    def _parts(self) -> tuple[Any, Any, Any, Any]:
        content, dtype, shape, order = self.arguments
        return shape, dtype, order == "F", content


class _Encoded:
    """Python 3 stores bytes for Python 2 as text in Latin-1."""

    def __new__(cls, text: Any, encoding: Any) -> Any:
        if encoding != "latin1":
            raise ValueError(f"unexpected encoding {encoding!r}")
        return _expect(str, text).encode("latin1")

    def __setstate__(self, state: Any) -> NoReturn:
        raise ValueError("bytes have no state")


# What old and new NumPy name to rebuild an array, and Python 3 to decode the bytes of Python 2.
_STAND_INS: dict[tuple[str, str], type] = {
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _Array for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _FromBuffer for core in ("core", "_core")},
    ("numpy", "ndarray"): _StandIn,
    ("numpy", "dtype"): _DType,
    ("_codecs", "encode"): _Encoded,
}


# Python's own rather than the one in C, which allocates 64 GB for a pickle of ten bytes that asks for it.
class _ArrayUnpickler(pickle._Unpickler):
    read: Callable[[int], bytes]
    append: Callable[[object], None]
    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _STAND_INS:
            raise pickle.UnpicklingError(f"it uses {module}.{name}, which a dataset does not need")
        return _STAND_INS[module, name]

    def _load_bytearray(self) -> None:
        """Read bytes as long as the file has them; Python would first fill memory with zeros."""
        (length,) = struct.unpack("<Q", self.read(8))
        if length > sys.maxsize:
            raise pickle.UnpicklingError("it declares more bytes than fit into memory")
        self.append(self.read(length))

    dispatch[pickle.BYTEARRAY8[0]] = _load_bytearray


def load_arrays(file: BinaryIO, origin: str) -> Any:
    """Unpickle a file that contains an array, or a dictionary of arrays, lists, numbers and bytes.

    Args:
        file: the pickle; passing an open file on disk avoids a copy.
        origin: where it comes from, for messages.

    Raises:
        DataError: it is damaged, or contains anything else.
    """
    try:
        loaded = _ArrayUnpickler(file, encoding="bytes").load()
        if isinstance(loaded, dict):
            return {key: _array(value) for key, value in loaded.items()}
        return _array(loaded)
    except Exception as error:  # a damaged pickle may raise nearly anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"{origin} is damaged or unsafe and was not loaded ({reason}); delete it and get it again"
        ) from error


def _array(value: Any) -> Any:
    return _expect(_Array, value).checked() if isinstance(value, _StandIn) else value


def _expect(expected: type, value: Any) -> Any:
    if not isinstance(value, expected) or isinstance(value, bool):
        raise ValueError(f"expected {expected.__name__}, got {type(value).__name__}")
    return value


def _text(value: Any) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(_expect(str, value))
