"""Decoding an image file to pixels of a given shape.

Pillow decodes all files, in memory or streamed: it releases the GIL, supports all five formats and EXIF
orientation, and decodes a large JPEG at down to an eighth of its size. Compared with TensorFlow's operations
it is 1.7 times as fast on two-megapixel photos, and half as fast on 32×32 images.
"""

import hashlib
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from convlab import ImageReader

ColorMode = Literal["auto", "rgb", "grayscale"]

_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
_ORIENTATION = 0x0112


class Header(NamedTuple):
    """The properties of an image that are known without decoding it.

    Attributes:
        sha256: the digest of the file, in hexadecimal.
        image_size: height and width, upright.
        is_grayscale: whether it has no color channels.
    """

    sha256: str
    image_size: tuple[int, int]
    is_grayscale: bool


class TargetFormat(NamedTuple):
    """The size and channels that every image is converted to.

    Attributes:
        image_size: height and width.
        channels: 3 for RGB, 1 for grayscale.
        resize: how images with another aspect ratio are resized.
    """

    image_size: tuple[int, int]
    channels: int
    resize: Literal["stretch", "crop", "pad"]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        return (*self.image_size, self.channels)


def read_header(file: Path) -> Header:
    """Read the digest, size and color mode of an image.

    Raises:
        Exception: the file is not an image in a known format, or is implausibly large.
    """
    from PIL import Image

    with file.open("rb") as content, Image.open(content, formats=_FORMATS) as image:
        height, width = image.height, image.width
        if image.getexif().get(_ORIENTATION, 1) > 4:
            height, width = width, height
        is_grayscale = image.mode in ("1", "L", "LA") or image.mode.startswith("I")
        content.seek(0)
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        return Header(sha256, (height, width), is_grayscale)


def decode(file: Path, target: TargetFormat) -> npt.NDArray[np.uint8]:
    """Decode an image file to uint8 pixels of shape ``target.shape``.

    Raises:
        DataError: the file is not an image in a known format, or is damaged.
    """
    return ImageReader(shape=target.shape, resize=target.resize, formats=_FORMATS).read(file)[0]
