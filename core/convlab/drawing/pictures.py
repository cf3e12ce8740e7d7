"""Images, filters and heat maps as pictures: in a grid of a figure, or as files within a page."""

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from convlab.drawing.figures import label, new_figure, plain_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Pixels = npt.NDArray[np.uint8]
Values = npt.NDArray[np.floating]

_LARGEST = 96  # pixels, of a picture within a page
_SMALL = 48  # up to this size a picture is stored without loss
_TILE = 24
_GAP = 3


def picture_grid(pictures: Sequence[Pixels], titles: Sequence[str], *, columns: int = 6) -> "Figure":
    """Draw pictures side by side, each below its title.

    Args:
        pictures: uint8, ``(height, width, channels)`` each.
        titles: one per picture.
        columns: pictures per row.
    """
    columns = max(1, min(columns, len(pictures)))
    rows = max(1, -(-len(pictures) // columns))
    with plain_style():
        figure, axes = new_figure(1.6 * columns, 2.0 * rows, rows=rows, columns=columns)
        for axis in axes:
            axis.set_axis_off()
        for axis, picture, title in zip(axes, pictures, titles, strict=False):
            axis.imshow(to_rgb(picture))
            axis.set_title("\n".join(label(line) for line in title.split("\n")), fontsize=8)
    return figure


def to_rgb(picture: Pixels) -> Pixels:
    """Return a picture with three channels: grayscale is repeated, further channels are dropped."""
    return picture[..., :3] if picture.shape[-1] >= 3 else np.repeat(picture[..., :1], 3, axis=-1)


def shades(values: Values, *, around_zero: bool = False) -> Pixels:
    """Return numbers as a picture, from black to white.

    Args:
        values: ``(height, width)`` or ``(height, width, 3)``.
        around_zero: whether zero is gray, as for weights, instead of the least being black.
    """
    values = np.nan_to_num(np.asarray(values, np.float64), posinf=0.0, neginf=0.0)
    if around_zero:
        scaled = 0.5 + values / (2 * max(float(np.abs(values).max(initial=0.0)), 1e-12))
    else:
        low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
        scaled = (values - low) / max(high - low, 1e-12)
    pixels = np.clip(np.round(255 * scaled), 0, 255).astype(np.uint8)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def heated(picture: Pixels, heat: Values) -> Pixels:
    """Return a picture under a heat map.

    Args:
        picture: uint8, ``(height, width, channels)``.
        heat: from 0 to 1, of any height and width.
    """
    from matplotlib import colormaps
    from PIL import Image

    height, width = picture.shape[:2]
    small = Image.fromarray(np.round(255 * np.clip(heat, 0, 1)).astype(np.uint8))
    resized = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)) / 255
    colors = colormaps["inferno"](resized)[..., :3] * 255
    gray = to_rgb(picture).mean(axis=-1, keepdims=True)
    weight = 0.75 * resized[..., None]
    blended: Pixels = np.round((1 - weight) * gray + weight * colors).astype(np.uint8)
    return blended


def to_uri(picture: Pixels) -> str:
    """Return a picture as the address of an image within a page; a large one is made smaller."""
    from PIL import Image

    pixels = picture[..., 0] if picture.shape[-1] < 3 else picture[..., :3]
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((_LARGEST, _LARGEST))
    is_small = max(image.size) <= _SMALL
    buffer = io.BytesIO()
    image.save(buffer, "PNG" if is_small else "JPEG", optimize=True, quality=85)
    return as_uri(buffer.getvalue(), "image/png" if is_small else "image/jpeg")


def tiled_uri(pictures: Sequence[Pixels], *, columns: int = 8) -> str:
    """Return small pictures of one size, side by side with transparent gaps, as the address of one image."""
    from PIL import Image

    height, width = pictures[0].shape[:2]
    scale = max(1, _TILE // max(height, width))
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    step_y, step_x = height * scale + _GAP, width * scale + _GAP
    sheet = Image.new("RGBA", (columns * step_x - _GAP, rows * step_y - _GAP))
    for number, picture in enumerate(pictures):
        tile = Image.fromarray(to_rgb(picture))
        tile = tile.resize((width * scale, height * scale), Image.Resampling.NEAREST)
        sheet.paste(tile, (number % columns * step_x, number // columns * step_y))
    buffer = io.BytesIO()
    sheet.quantize(method=Image.Quantize.FASTOCTREE).save(buffer, "PNG", optimize=True)
    return as_uri(buffer.getvalue(), "image/png")


def as_uri(content: bytes, kind: str) -> str:
    """Return the content of a file as an address."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
