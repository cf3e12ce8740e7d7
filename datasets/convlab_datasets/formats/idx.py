"""The IDX format of MNIST: a big-endian header and raw bytes, plain or gzipped."""

import math
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convlab import DataError

MAX_FILE_SIZE = 2**30
"""The maximum size in bytes of an unpacked file."""

_UNSIGNED_BYTE = 0x08
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 16 + zlib.MAX_WBITS
_COMPRESSED_BYTES_PER_CHUNK = 2**14
_BYTES_PER_CHUNK = 2**20


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes; decompresses no more than its header declares.

    Args:
        path: the file, gzipped or not, whatever its suffix: browsers silently decompress ``.gz`` files.
        dimensions: the number of dimensions, 3 for images and 1 for labels.

    Returns:
        The array, with the shape given in the header.

    Raises:
        DataError: the file is damaged, is not such a file, or declares more than 1 GiB.
    """
    start = 4 + 4 * dimensions
    try:
        raw = path.read_bytes()
        gzipped = raw.startswith(_GZIP_MAGIC)
        header = raw[:start]
        if gzipped:
            decompressor = zlib.decompressobj(_GZIP_WBITS)
            header = decompressor.decompress(raw[:_COMPRESSED_BYTES_PER_CHUNK], start)
        shape = _read_shape(header, path, dimensions)
        size = math.prod(shape)
        if gzipped:
            content = np.empty(start + size, np.uint8)
            length = _decompress_into(content.data, raw)
        else:
            content, length = np.frombuffer(raw, np.uint8), len(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"cannot read {path} ({error}); delete it and get it again") from error
    if length != start + size:
        found = f"{length - start:,}" if length < start + size else "more"
        raise DataError(
            f"{path} is damaged: its header declares {size:,} bytes of shape {shape}, but {found} follow; "
            "delete it and get it again"
        )
    return content[start:].reshape(shape)


def _read_shape(header: bytes, path: Path, dimensions: int) -> tuple[int, ...]:
    start = 4 + 4 * dimensions
    if len(header) < start or header[:4] != bytes((0, 0, _UNSIGNED_BYTE, dimensions)):
        raise DataError(
            f"{path} is not an IDX file of unsigned bytes in {dimensions} dimensions; delete it and get it "
            "again"
        )
    shape = tuple(int.from_bytes(header[at : at + 4], "big") for at in range(4, start, 4))
    if math.prod(shape) > MAX_FILE_SIZE:
        raise DataError(
            f"{path} declares {math.prod(shape):,} bytes of shape {shape}, far more than any file of images "
            "should have; delete it and get it again"
        )
    return shape


def _decompress_into(content: memoryview, raw: bytes) -> int:
    """Decompress into a buffer and return the length, at most one byte more than the buffer holds.

    In chunks this takes two thirds of the time of ``gzip.decompress``, which makes another copy.
    """
    decompressor, compressed = zlib.decompressobj(_GZIP_WBITS), memoryview(raw)
    at = filled = 0
    while not decompressor.eof:
        chunk: bytes | memoryview = decompressor.unconsumed_tail
        if not chunk:
            chunk = compressed[at : at + _COMPRESSED_BYTES_PER_CHUNK]
            at += _COMPRESSED_BYTES_PER_CHUNK
        decompressed = decompressor.decompress(chunk, _BYTES_PER_CHUNK)
        if not decompressed and not chunk and not decompressor.eof:
            raise EOFError("the compressed file ended before its end-of-stream marker was reached")
        if len(decompressed) > len(content) - filled:
            return len(content) + 1
        content[filled : filled + len(decompressed)] = decompressed
        filled += len(decompressed)
    return filled
