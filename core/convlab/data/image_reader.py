"""Reading image files of any size and mode as the pixels that a model takes.

Training on a folder and predicting use the same reader, so that a model sees what it was trained on.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from convlab.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

Resize = Literal["stretch", "crop", "pad"]
RESIZES: tuple[Resize, ...] = get_args(Resize)

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_MODE_NAMES = {
    "L": "grayscale",
    "RGB": "RGB",
    "RGBA": "RGB with transparency",
    "P": "palette",
    "1": "black and white",
}
# As in Pillow's thumbnail(): a JPEG decoded at this multiple of the target size loses no quality.
_REDUCING_GAP = 2


@dataclass(frozen=True, kw_only=True)
class ImageReader:
    """Reads image files as uint8 pixels of one shape; may be shared by several threads.

    Images are rotated by their EXIF orientation; only the first frame of an animation is read; 16-bit pixels
    are reduced to 8; transparent pixels are blended onto white; resizing is bilinear with antialiasing.

    Attributes:
        shape: height, width and channels: 1 for grayscale, 3 for RGB, 4 for RGB with transparency.
        resize: how to resize another aspect ratio: ``stretch``, ``crop`` to the center or ``pad`` with black.
        invert: whether to invert the brightness.
        formats: the file formats to read, by Pillow's names; by default all that Pillow supports.
    """

    shape: tuple[int, int, int]
    resize: Resize = "stretch"
    invert: bool = False
    formats: tuple[str, ...] | None = None
    _mode: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the number of channels.

        Raises:
            DataError: image files cannot have that many.
        """
        channels = self.shape[2]
        if channels not in _MODES:
            raise DataError(
                f"the model takes images with {channels} channels, but image files have 1, 3 or 4"
            )
        object.__setattr__(self, "_mode", _MODES[channels])

    def read(self, file: Path) -> tuple[npt.NDArray[np.uint8], dict[str, str]]:
        """Read an image file.

        Returns:
            The pixels, uint8 of ``shape``, and the changes made to the image: a description of each, by kind.

        Raises:
            DataError: the file is not an image, or is damaged.
        """
        from PIL import Image, UnidentifiedImageError

        changes: dict[str, str] = {}
        try:
            with Image.open(file, formats=self.formats) as image:
                upright, size = self._rotate(image, changes)
                converted = self._convert(upright, image.mode, changes)
                pixels = np.asarray(self._resize(converted, size, changes)).reshape(self.shape)
        except UnidentifiedImageError:
            raise DataError("not an image file") from None
        except Image.DecompressionBombError:
            raise DataError("implausibly large image") from None
        except OSError as error:
            raise DataError(error.strerror or f"damaged ({error})") from None
        except DataError:
            raise
        except Exception as error:  # Pillow's decoders raise anything on a damaged file
            raise DataError(f"damaged ({type(error).__name__}: {error})") from None
        if self.invert:
            changes["inverted"] = "brightness"
            pixels = 255 - pixels
        return pixels, changes

    def _rotate(self, image: "Image.Image", changes: dict[str, str]) -> tuple["Image.Image", tuple[int, int]]:
        """Return the first frame, rotated by its EXIF orientation, and its full width and height."""
        from PIL import ExifTags, ImageOps

        width, height = image.size
        side = _REDUCING_GAP * max(self.shape[:2])
        image.draft(None, (side, side))
        if getattr(image, "is_animated", False):
            changes["frames"] = "only the first of several"
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        if orientation == 1:
            return image, (width, height)
        changes["rotated"] = "by EXIF orientation"
        return ImageOps.exif_transpose(image), (height, width) if orientation > 4 else (width, height)

    def _convert(self, image: "Image.Image", mode: str, changes: dict[str, str]) -> "Image.Image":
        """Return the image with 8 bits and the right channels; ``mode`` is that of the file."""
        from PIL import Image

        if mode == "F":
            raise DataError("floating-point pixels of unknown range; save the image with 8 bits per channel")
        if mode.startswith("I"):  # 16 bits per pixel, in any of Pillow's modes for them
            image = Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8))
            changes["depth"] = "16 bits to 8"
        if self._mode != "RGBA" and (image.has_transparency_data or image.mode == "RGBa"):
            image = image.convert("RGBA")
            background = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(background, image).convert("RGB")
            changes["transparency"] = "blended onto white"
        if mode != self._mode and "depth" not in changes:
            changes["colors"] = f"{_MODE_NAMES.get(mode, mode)} to {_MODE_NAMES[self._mode]}"
        return image if image.mode == self._mode else image.convert(self._mode)

    def _resize(self, image: "Image.Image", size: tuple[int, int], changes: dict[str, str]) -> "Image.Image":
        """Return the image in the right size; ``size`` is the full width and height in the file."""
        from PIL import Image, ImageOps

        height, width = self.shape[:2]
        if size == (width, height):
            return image
        bilinear = Image.Resampling.BILINEAR
        changes["resized"] = f"{size[0]}×{size[1]} to {width}×{height}"
        if size[0] * height == size[1] * width:
            return image.resize((width, height), bilinear)
        if self.resize == "crop":
            changes["resized"] += ", cropped to the center"
            return ImageOps.fit(image, (width, height), bilinear)
        if self.resize == "pad":
            changes["resized"] += ", padded with black"
            return ImageOps.pad(image, (width, height), bilinear, color=0)
        changes["resized"] += ", stretched"
        return image.resize((width, height), bilinear)
