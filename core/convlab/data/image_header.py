"""What is known about an image file without decoding it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from convlab.data.image_formats import IMAGE_FORMATS
from convlab.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

_ORIENTATION = 0x0112


class ImageHeader(NamedTuple):
    """The properties of an image that are known without decoding it.

    Attributes:
        sha256: the digest of the file, in hexadecimal.
        image_size: height and width, upright.
        is_grayscale: whether it has no color channels.
        is_16_bit: whether its pixels are reduced from 16 bits per channel to 8.
    """

    sha256: str
    image_size: tuple[int, int]
    is_grayscale: bool
    is_16_bit: bool

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the header and the digest of a file.

        Raises:
            DataError: the file is not an image in a known format, or has too many pixels.
        """
        from PIL import Image

        with (
            image_errors(),
            file.open("rb") as content,
            Image.open(content, formats=IMAGE_FORMATS) as image,
        ):
            width, height = upright_size(image)
            is_grayscale = image.mode in ("1", "L", "LA") or image.mode.startswith("I")
            deep = is_16_bit(image)
            content.seek(0)
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            return cls(sha256, (height, width), is_grayscale, deep)


@contextmanager
def image_errors() -> Iterator[None]:
    """Replace the errors of Pillow by a ``DataError`` that says in a phrase what is wrong with the file."""
    from PIL import Image, UnidentifiedImageError

    try:
        yield
    except UnidentifiedImageError:
        raise DataError("not an image file") from None
    except Image.DecompressionBombError:
        raise DataError("too many pixels for one image; reduce its size") from None
    except OSError as error:
        raise DataError(error.strerror or f"damaged ({error})") from None
    except DataError:
        raise
    except Exception as error:  # Pillow's decoders raise anything on a damaged file
        raise DataError(f"damaged ({type(error).__name__}: {error})") from None


def orientation(image: "Image.Image") -> int:
    """Return the EXIF orientation that is left to apply, 1 to 8; 1 if it is missing or invalid."""
    if image.format == "TIFF":  # Pillow has applied it
        return 1
    try:
        value: object = image.getexif().get(_ORIENTATION)
    except Exception:  # damaged metadata may raise anything in Pillow
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright_size(image: "Image.Image") -> tuple[int, int]:
    """Return the width and height of an image that has just been opened, rotated by its EXIF orientation."""
    width, height = image.size
    return (height, width) if orientation(image) > 4 else (width, height)


def is_16_bit(image: "Image.Image") -> bool:
    """Return whether an image that has just been opened has 16 bits per channel in the file."""
    decoder = str(getattr(image, "tile", ""))  # names the byte order; "BGR;16" is a whole pixel of a BMP file
    return image.mode.startswith("I") or any(f";16{order}" in decoder for order in "BLN")
