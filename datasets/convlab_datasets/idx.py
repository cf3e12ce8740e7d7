"""The IDX format of MNIST: a big-endian header and raw bytes, plain or gzipped."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convlab import DataError

_UNSIGNED_BYTE = 0x08
_GZIP = b"\x1f\x8b"


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes.

    Args:
        path: the file, gzipped or not, whatever its name: browsers unpack ``.gz`` files unasked.
        dimensions: how many it must have: 3 for images, 1 for labels.

    Raises:
        DataError: the file is damaged or holds something else.
    """
    content = _content(path)
    header = 4 + 4 * dimensions
    if len(content) < header or content[:4] != bytes((0, 0, _UNSIGNED_BYTE, dimensions)):
        raise DataError(
            f"{path} is no IDX file of unsigned bytes in {dimensions} dimensions: delete it and get it again"
        )
    shape = tuple(int.from_bytes(content[start : start + 4], "big") for start in range(4, header, 4))
    if len(content) - header != math.prod(shape):
        raise DataError(
            f"{path} is damaged: its header promises {math.prod(shape):,} bytes of shape {shape}, but "
            f"{len(content) - header:,} follow: delete it and get it again"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _content(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw.startswith(_GZIP) else raw
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): delete it and get it again") from error
