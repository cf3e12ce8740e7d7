"""Numbers that identify images by their content."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np
import numpy.typing as npt

from convlab.data.image_data import ImageData, Images

Keys = npt.NDArray[np.uint64]

_BYTES_PER_CHUNK = 2**24  # the images of a stream may not fit into memory
_BYTES_PER_KEY = 8


def content_keys(data: ImageData, split: str) -> Keys:
    """Return one number per image of a split; images with the same content have the same number.

    It is taken from the SHA-256 of the image's file or, without files, of its pixels. A stream without files
    is read once, and the numbers are stored with the data.

    Args:
        data: the images.
        split: ``train``, ``test`` or ``validation``.
    """
    if split not in data.content_keys:
        if data.files is not None:
            data.content_keys[split] = file_keys(file.sha256 for file in data.files.used[split])
        else:
            data.content_keys[split] = pixel_keys(data.splits()[split].images)
    return data.content_keys[split]


def file_keys(digests: Iterable[str]) -> Keys:
    """Return the numbers of images from the SHA-256 of their files, in hexadecimal."""
    return _keys(map(bytes.fromhex, digests))


def pixel_keys(images: Images) -> Keys:
    """Return the numbers of images from the SHA-256 of their pixels; streams are read by several threads."""
    rows = max(1, _BYTES_PER_CHUNK * len(images) // max(1, images.nbytes))

    def digests(start: int) -> list[bytes]:
        pixels = np.ascontiguousarray(images[start : start + rows])
        return [hashlib.sha256(image.data).digest() for image in pixels]

    with ThreadPoolExecutor() as pool:
        return _keys(chain.from_iterable(pool.map(digests, range(0, len(images), rows))))


def _keys(digests: Iterable[bytes]) -> Keys:
    return np.frombuffer(b"".join(digest[:_BYTES_PER_KEY] for digest in digests), "<u8").astype(np.uint64)
