"""Pictures of any size and mode, made into the pixels that a model takes.

Data sets of people's own files and predictions read them alike: a model sees later what it has learnt from.
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
_IN_WORDS = {
    "L": "grey",
    "RGB": "RGB",
    "RGBA": "RGB with transparency",
    "P": "a palette",
    "1": "black and white",
}
# As Pillow's thumbnail(): larger than the target by this much, a JPEG loses nothing by being read smaller.
_REDUCING_GAP = 2


@dataclass(frozen=True, kw_only=True)
class PictureReader:
    """Reads picture files as uint8 pixels of one shape.

    A picture is turned as its camera noted; of an animation the first frame counts; 16 bits become 8; what is
    transparent is laid on white; resizing averages over the pixels that become one (bilinear, antialiased).
    May be used in several threads.

    Attributes:
        shape: height, width and channels: 1 for grey, 3 for red, green and blue, 4 with transparency too.
        resize: what is done where the sides have another ratio: ``stretch``, ``crop`` to the middle or
            ``pad`` with black.
        invert: whether light becomes dark and dark light.
        formats: the formats of files to read, by Pillow's names; all that it knows by default.
    """

    shape: tuple[int, int, int]
    resize: Resize = "stretch"
    invert: bool = False
    formats: tuple[str, ...] | None = None
    _mode: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the channels.

        Raises:
            DataError: pictures do not have that many.
        """
        channels = self.shape[2]
        if channels not in _MODES:
            raise DataError(f"the model takes images of {channels} channels, but pictures have 1, 3 or 4")
        object.__setattr__(self, "_mode", _MODES[channels])

    def read(self, file: Path) -> tuple[npt.NDArray[np.uint8], dict[str, str]]:
        """Read a picture.

        Returns:
            Its pixels, uint8 of ``shape``, and what was changed: a word for each kind of change, and what it
            was.

        Raises:
            DataError: the file is no picture, or damaged.
        """
        from PIL import Image, UnidentifiedImageError

        changes: dict[str, str] = {}
        try:
            with Image.open(file, formats=self.formats) as image:
                upright, size = self._upright(image, changes)
                converted = self._converted(upright, image.mode, changes)
                pixels = np.asarray(self._resized(converted, size, changes)).reshape(self.shape)
        except UnidentifiedImageError:
            raise DataError("not a picture") from None
        except Image.DecompressionBombError:
            raise DataError("larger than any picture should be") from None
        except OSError as error:
            raise DataError(error.strerror or f"damaged ({error})") from None
        except DataError:
            raise
        except Exception as error:  # a damaged file makes Pillow's decoders raise all kinds
            raise DataError(f"damaged ({type(error).__name__}: {error})") from None
        if self.invert:
            changes["inverted"] = "light to dark"
            pixels = 255 - pixels
        return pixels, changes

    def _upright(
        self, image: "Image.Image", changes: dict[str, str]
    ) -> tuple["Image.Image", tuple[int, int]]:
        """Return the first frame, turned as the camera noted, and its whole width and height."""
        from PIL import ExifTags, ImageOps

        width, height = image.size
        side = _REDUCING_GAP * max(self.shape[:2])
        image.draft(None, (side, side))
        if getattr(image, "is_animated", False):
            changes["frames"] = "the first of several"
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        if orientation == 1:
            return image, (width, height)
        changes["turned"] = "as its EXIF orientation says"
        return ImageOps.exif_transpose(image), (height, width) if orientation > 4 else (width, height)

    def _converted(self, image: "Image.Image", was: str, changes: dict[str, str]) -> "Image.Image":
        """Return the picture with the channels that are wanted, in 8 bits."""
        from PIL import Image

        if was == "F":
            raise DataError("has floating-point pixels, whose range is not known: save it with 8 bits")
        if was.startswith("I"):  # 16 bits a pixel, in any of Pillow's ways to hold them
            image = Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8))
            changes["depth"] = "16 bits to 8"
        if self._mode != "RGBA" and (image.has_transparency_data or image.mode == "RGBa"):
            image = image.convert("RGBA")
            paper = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(paper, image).convert("RGB")
            changes["transparency"] = "laid on white"
        if was != self._mode and "depth" not in changes:
            changes["colours"] = f"{_IN_WORDS.get(was, was)} to {_IN_WORDS[self._mode]}"
        return image if image.mode == self._mode else image.convert(self._mode)

    def _resized(self, image: "Image.Image", size: tuple[int, int], changes: dict[str, str]) -> "Image.Image":
        """Return the picture in the height and width that are wanted; ``size`` is what it had in its file."""
        from PIL import Image, ImageOps

        height, width = self.shape[:2]
        if size == (width, height):
            return image
        bilinear = Image.Resampling.BILINEAR
        changes["resized"] = f"{size[0]}×{size[1]} to {width}×{height}"
        if size[0] * height == size[1] * width:
            return image.resize((width, height), bilinear)
        if self.resize == "crop":
            changes["resized"] += ", its middle alone"
            return ImageOps.fit(image, (width, height), bilinear)
        if self.resize == "pad":
            changes["resized"] += ", with black beside it"
            return ImageOps.pad(image, (width, height), bilinear, color=0)
        changes["resized"] += ", stretched"
        return image.resize((width, height), bilinear)
