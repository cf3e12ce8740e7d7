"""Reading weights that PyTorch saved, without PyTorch: only arrays are made of them."""

import hashlib
import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab import DataError

Array = npt.NDArray[Any]

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_DTYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Tensors(dict[str, Any]):
    """Stands in for the ordered dictionary of tensors, whose attributes are not needed."""


class _Tensor:
    """Records the storage, offset, shape and strides of a tensor."""

    def __init__(self, *arguments: Any) -> None:
        self.storage, self.offset, self.shape, self.strides = arguments[:4]

    def array(self, storages: dict[str, Array]) -> Array:
        flat = storages[self.storage][self.offset :]
        used = 1 + sum((size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True))
        if min((*self.shape, *self.strides), default=1) < 0 or used > len(flat):
            raise ValueError(f"a tensor of shape {self.shape} is larger than its {len(flat):,} values")
        strides = [stride * flat.itemsize for stride in self.strides]
        return np.lib.stride_tricks.as_strided(flat, self.shape, strides, writeable=False)


class _Unpickler(pickle.Unpickler):
    """Calls nothing but the two classes above."""

    storages: dict[str, tuple[np.dtype[Any], Any]]

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return _Tensors
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in _DTYPES:
            return name
        raise pickle.UnpicklingError(f"it uses {module}.{name}, which weights do not need")

    def persistent_load(self, identifier: Any) -> Any:
        _, storage, key, _, size, _ = identifier
        self.storages[key] = (_DTYPES[storage], size)
        return key


def read_torch_weights(file: Path, sha256: str) -> dict[str, Array]:
    """Return the tensors of a file that ``torch.save`` wrote before PyTorch 1.6.

    Args:
        file: the weights.
        sha256: the digest that the file must have.

    Raises:
        DataError: the file cannot be read, or is not the one with this digest.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}); install its package again") from error
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise DataError(
            f"{file} is damaged: expected SHA-256 {sha256}, got {found}; install its package again"
        )
    return _tensors(io.BytesIO(content))


def _tensors(file: io.BytesIO) -> dict[str, Array]:
    if _load(file)[0] != _MAGIC_NUMBER:
        raise ValueError("not weights that PyTorch saved")
    for _ in ("protocol version", "system"):
        _load(file)
    tensors, declared = _load(file)
    keys, _ = _load(file)
    storages: dict[str, Array] = {}
    for key in keys:
        dtype, size = declared[key]
        file.read(8)  # the size once more
        storages[key] = np.frombuffer(file.read(size * dtype.itemsize), dtype)
    return {name: tensor.array(storages) for name, tensor in tensors.items()}


def _load(file: io.BytesIO) -> tuple[Any, dict[str, tuple[np.dtype[Any], Any]]]:
    unpickler = _Unpickler(file)
    unpickler.storages = {}
    return unpickler.load(), unpickler.storages
