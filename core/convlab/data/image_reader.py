"""Reading image files of any size and mode as the pixels that a model takes.

Training on a folder and predicting use the same reader, so that a model sees what it was trained on.
"""

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from convlab.data.image_formats import IMAGE_FORMATS
from convlab.data.image_header import image_errors, is_16_bit, orientation, upright_size
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
# If 16-bit pixels use fewer values than this, at most a quarter of the 256 levels remain.
_FEW_VALUES = 2**14
_TRANSPOSE_OF_ORIENTATION = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


@dataclass(frozen=True, kw_only=True)
class ImageReader:
    """Reads image files as uint8 pixels of one shape; may be shared by several threads.

    Images are rotated by their EXIF orientation; only the first frame of an animation is read; 16-bit pixels
    are reduced to 8; transparent pixels are blended onto white; resizing is bilinear with antialiasing.

    Attributes:
        shape: height, width and channels: 1 for grayscale, 3 for RGB, 4 for RGB with transparency.
        resize: how to resize another aspect ratio: ``stretch``, ``crop`` to the center or ``pad`` with black.
        invert: whether to invert the brightness.
        formats: the file formats to read, by Pillow's names; by default those that ``folder`` reads.
    """

    shape: tuple[int, int, int]
    resize: Resize = "stretch"
    invert: bool = False
    formats: tuple[str, ...] = IMAGE_FORMATS
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
            DataError: the file is not an image, is damaged, or has more pixels than Pillow's limit.
        """
        from PIL import Image

        changes: dict[str, str] = {}
        with image_errors():
            if not stat.S_ISREG(file.stat().st_mode):  # opening a pipe would wait for a writer
                raise DataError("not a regular file")
            # Given a path, Pillow maps an uncompressed TIFF into memory and rotates it wrongly.
            with file.open("rb") as content, Image.open(content, formats=self.formats) as image:
                is_deep = is_16_bit(image)
                upright, size = self._rotate(image, changes)
                converted = self._convert(upright, image.mode, is_deep, changes)
                pixels = np.asarray(self._resize(converted, size, changes))
        pixels = pixels[..., None] if pixels.ndim == 2 else pixels
        if pixels.shape != self.shape:
            raise DataError(f"damaged (its header says {size[0]}×{size[1]}, but its pixels differ)")
        if self.invert:
            changes["inverted"] = "brightness"
            pixels = 255 - pixels
        return pixels, changes

    def _rotate(self, image: "Image.Image", changes: dict[str, str]) -> tuple["Image.Image", tuple[int, int]]:
        """Return the first frame, rotated by its EXIF orientation, and its full width and height."""
        from PIL import Image

        size = upright_size(image)
        side = _REDUCING_GAP * max(self.shape[:2])
        image.draft(None, (side, side))
        if getattr(image, "is_animated", False):
            changes["frames"] = "only the first of several"
        image.load()
        rotation = orientation(image)
        if rotation == 1:
            return image, size
        changes["rotated"] = "by EXIF orientation"
        return image.transpose(Image.Transpose[_TRANSPOSE_OF_ORIENTATION[rotation]]), size

    def _convert(
        self, image: "Image.Image", mode: str, is_deep: bool, changes: dict[str, str]
    ) -> "Image.Image":
        """Return the image with 8 bits and the right channels; ``mode`` is that of the file."""
        from PIL import Image

        if mode == "F":
            raise DataError("floating-point pixels of unknown range; save the image with 8 bits per channel")
        if mode.startswith("I"):  # grayscale with 16 bits per pixel, in any of Pillow's modes for them
            pixels = np.asarray(image)
            if pixels.min() < 0 or pixels.max() > 65535:
                raise DataError("32-bit pixels of unknown range; save the image with 8 bits per channel")
            changes["depth"] = _describe_depth(int(pixels.min()), int(pixels.max()))
            image = Image.fromarray((pixels >> 8).astype(np.uint8))
        elif is_deep:  # Pillow has dropped the lower 8 bits of each channel
            pixels = np.asarray(image)
            changes["depth"] = _describe_depth(int(pixels.min()) << 8, (int(pixels.max()) << 8) + 255)
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


def _describe_depth(low: int, high: int) -> str:
    """Describe the conversion of 16-bit pixels, with their range if it is narrow."""
    is_narrow = high < _FEW_VALUES or 0 < high - low < _FEW_VALUES
    word = "dark" if high < _FEW_VALUES else "few levels"
    return "16 bits to 8" + (f", {word}: from {low} to {high} of 65535" if is_narrow else "")
