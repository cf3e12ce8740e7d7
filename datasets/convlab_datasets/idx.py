"""The IDX format of MNIST: a big-endian header and raw bytes, plain or gzipped."""

import math
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convlab import DataError

LARGEST = 2**30
"""The most bytes that a file of images may have once it is unpacked."""

_UNSIGNED_BYTE = 0x08
_GZIP = b"\x1f\x8b"
_GZIP_FORMAT = 16 + zlib.MAX_WBITS
_ENOUGH = 2**14  # compressed bytes, for the header of any IDX file and the file name that gzip may keep


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes; unpacks no more than its header promises.

    Args:
        path: the file, gzipped or not, whatever its name: browsers unpack ``.gz`` files unasked.
        dimensions: how many it must have: 3 for images, 1 for labels.

    Raises:
        DataError: the file is damaged, holds something else, or says that it is larger than a gibibyte.
    """
    try:
        raw = path.read_bytes()
        start = 4 + 4 * dimensions
        shape = _shape(_first_bytes(raw, start), path, dimensions)
        size = math.prod(shape)
        content = _unpacked(raw, start + size)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): delete it and get it again") from error
    if len(content) != start + size:
        follow = f"{len(content) - start:,} follow" if len(content) < start + size else "more follow"
        raise DataError(
            f"{path} is damaged: its header promises {size:,} bytes of shape {shape}, but {follow}: "
            "delete it and get it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _shape(header: bytes, path: Path, dimensions: int) -> tuple[int, ...]:
    start = 4 + 4 * dimensions
    if len(header) < start or header[:4] != bytes((0, 0, _UNSIGNED_BYTE, dimensions)):
        raise DataError(
            f"{path} is no IDX file of unsigned bytes in {dimensions} dimensions: delete it and get it again"
        )
    shape = tuple(int.from_bytes(header[at : at + 4], "big") for at in range(4, start, 4))
    if math.prod(shape) > LARGEST:
        raise DataError(
            f"{path} says that it has {math.prod(shape):,} bytes, of shape {shape}, far more than any file "
            "of images should: delete it and get it again"
        )
    return shape


def _first_bytes(raw: bytes, size: int) -> bytes:
    packed = raw.startswith(_GZIP)
    return zlib.decompressobj(_GZIP_FORMAT).decompress(raw[:_ENOUGH], size) if packed else raw[:size]


def _unpacked(raw: bytes, size: int) -> bytes:
    """Return that many bytes and, where there are more, the first of those too."""
    if not raw.startswith(_GZIP):
        return raw
    unpacker = zlib.decompressobj(_GZIP_FORMAT)
    content = unpacker.decompress(raw, size + 1)
    if len(content) <= size and not unpacker.eof:
        raise EOFError("the compressed file ended before its end-of-stream marker was reached")
    return content
