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
_PIECE = 2**14  # compressed
_LARGEST_PIECE = 2**20  # unpacked


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes; unpacks no more than its header promises.

    Args:
        path: the file, gzipped or not, whatever its name: browsers unpack ``.gz`` files unasked.
        dimensions: how many it must have: 3 for images, 1 for labels.

    Raises:
        DataError: the file is damaged, holds something else, or says that it is larger than a gibibyte.
    """
    start = 4 + 4 * dimensions
    try:
        raw = path.read_bytes()
        packed = raw.startswith(_GZIP)
        header = zlib.decompressobj(_GZIP_FORMAT).decompress(raw[:_PIECE], start) if packed else raw[:start]
        shape = _shape(header, path, dimensions)
        size = math.prod(shape)
        if packed:
            content = np.empty(start + size, np.uint8)
            has = _unpack_into(content.data, raw)
        else:
            content, has = np.frombuffer(raw, np.uint8), len(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): delete it and get it again") from error
    if has != start + size:
        follow = f"{has - start:,}" if has < start + size else "more"
        raise DataError(
            f"{path} is damaged: its header promises {size:,} bytes of shape {shape}, but {follow} follow: "
            "delete it and get it again"
        )
    return content[start:].reshape(shape)


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


def _unpack_into(content: memoryview, raw: bytes) -> int:
    """Unpack into memory, and return how many bytes there are: one more than there is room for, at most.

    Piece by piece it takes two thirds of the time of ``gzip.decompress``, which copies all of it once more.
    """
    unpacker, packed = zlib.decompressobj(_GZIP_FORMAT), memoryview(raw)
    at = filled = 0
    while not unpacker.eof:
        piece: bytes | memoryview = unpacker.unconsumed_tail
        if not piece:
            piece = packed[at : at + _PIECE]
            at += _PIECE
        unpacked = unpacker.decompress(piece, _LARGEST_PIECE)
        if not unpacked and not piece and not unpacker.eof:
            raise EOFError("the compressed file ended before its end-of-stream marker was reached")
        if len(unpacked) > len(content) - filled:
            return len(content) + 1
        content[filled : filled + len(unpacked)] = unpacked
        filled += len(unpacked)
    return filled
