"""Pictures of any size and mode, made into what a model takes."""

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from convlab.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

Fit = Literal["crop", "pad", "stretch"]
FITS: tuple[str, ...] = get_args(Fit)

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_IN_WORDS = {
    "L": "grey",
    "RGB": "RGB",
    "RGBA": "RGB with transparency",
    "P": "a palette",
    "1": "black and white",
}
_DEEP = 257  # from 16 bits to 8: 65,535 becomes 255


@dataclass(frozen=True, kw_only=True)
class PictureReader:
    """Reads pictures as a model takes them.

    Attributes:
        shape: height, width and channels that the model takes.
        fit: what is done where a picture's shape differs: ``crop`` to the middle, ``pad`` with black, or
            ``stretch``.
        invert: whether light becomes dark and dark light.
    """

    shape: tuple[int, int, int]
    fit: Fit = "crop"
    invert: bool = False
    _mode: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the model's channels.

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
            Its pixels, uint8 of the model's shape, and what was changed: a word for each kind of change, and
            what it was.

        Raises:
            DataError: the file is no picture, or damaged.
        """
        from PIL import Image, UnidentifiedImageError

        changes: dict[str, str] = {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of large pictures and odd metadata; the largest are refused
                with Image.open(file) as image:
                    fitted = self._fitted(self._converted(_upright(image, changes), changes), changes)
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
        pixels = np.asarray(fitted).reshape(self.shape)
        if self.invert:
            changes["inverted"] = "light to dark"
            pixels = 255 - pixels
        return pixels, changes

    def _converted(self, image: "Image.Image", changes: dict[str, str]) -> "Image.Image":
        """Return the picture with the model's channels in 8 bits."""
        from PIL import Image

        was = image.mode
        if was == "F":
            raise DataError("has floating-point pixels, whose range is not known: save it with 8 bits")
        if was.startswith("I"):  # 16 bits a pixel, in any of Pillow's ways to hold them
            image = Image.fromarray((np.asarray(image).clip(0, 65535) // _DEEP).astype(np.uint8))
            changes["depth"] = "16 bits to 8"
        if self._mode != "RGBA" and (image.has_transparency_data or image.mode == "RGBa"):
            image = image.convert("RGBA")
            paper = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(paper, image).convert("RGB")
            changes["transparency"] = "laid on white"
        if image.mode != self._mode:
            image = image.convert(self._mode)
        if was != self._mode and "depth" not in changes:
            changes["colours"] = f"{_IN_WORDS.get(was, was)} to {_IN_WORDS[self._mode]}"
        return image

    def _fitted(self, image: "Image.Image", changes: dict[str, str]) -> "Image.Image":
        """Return the picture in the model's height and width."""
        from PIL import Image, ImageOps

        height, width = self.shape[:2]
        if image.size == (width, height):
            return image
        lanczos = Image.Resampling.LANCZOS
        changes["resized"] = f"{image.width}×{image.height} to {width}×{height}"
        if image.width * height == image.height * width or self.fit == "stretch":
            if image.width * height != image.height * width:
                changes["resized"] += ", stretched"
            return image.resize((width, height), lanczos)
        if self.fit == "pad":
            changes["resized"] += ", with black beside it"
            return ImageOps.pad(image, (width, height), lanczos)
        changes["resized"] += ", its middle alone"
        return ImageOps.fit(image, (width, height), lanczos)


def _upright(image: "Image.Image", changes: dict[str, str]) -> "Image.Image":
    """Return the first frame, turned as the camera's note says."""
    from PIL import ExifTags, ImageOps

    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        image.seek(0)
        changes["frames"] = f"the first of {frames}"
    image.load()
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
    if turned:
        changes["turned"] = "as its EXIF orientation says"
    return ImageOps.exif_transpose(image) if turned else image
