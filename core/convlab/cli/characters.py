"""Images in the characters of a terminal."""

import numpy as np
import numpy.typing as npt
from PIL import Image
from rich.color import Color
from rich.style import Style
from rich.text import Text

from convlab import data

_LARGEST = 28
_PER_LINE = 3
_DARK_TO_LIGHT = " .:-=+*#%@"


def in_characters(samples: data.Samples, *, colour: bool) -> Text:
    """Return the first sample of each class, three beside one another.

    Args:
        samples: what to show.
        colour: whether to show two pixels a character, in their colours, instead of shades of grey.
    """
    shown = Text(no_wrap=True)
    for start in range(0, len(samples.class_names), _PER_LINE):
        row = slice(start, start + _PER_LINE)
        lines = [_lines(image[0], colour=colour) for image in samples.images[row]]
        width = len(lines[0][0])
        shown.append("  ".join(f"{name[:width]:{width}}" for name in samples.class_names[row]), "bold")
        for beside in zip(*lines, strict=True):
            shown.append("\n").append(Text("  ").join(beside))
        shown.append("\n\n")
    shown.rstrip()
    return shown


def _lines(image: npt.NDArray[np.uint8], *, colour: bool) -> list[Text]:
    pixels = _small(data.in_colour(image))
    upper, lower = pixels[0::2].astype(int), pixels[1::2].astype(int)
    if colour:
        return [
            Text.assemble(*(_half_block(above, below) for above, below in zip(*pair, strict=True)))
            for pair in zip(upper, lower, strict=True)
        ]
    shades = (upper + lower).mean(axis=-1) / 2 / 256 * len(_DARK_TO_LIGHT)
    return [Text("".join(_DARK_TO_LIGHT[int(shade)] for shade in row)) for row in shades]


def _half_block(above: npt.NDArray[np.int_], below: npt.NDArray[np.int_]) -> tuple[str, Style]:
    front, back = (Color.from_rgb(*map(int, pixel)) for pixel in (above, below))
    return "▀", Style(color=front, bgcolor=back)


def _small(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return an image no larger than a terminal has room for, of an even height."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _LARGEST / max(height, width))
    size = (max(1, round(width * scale)), 2 * max(1, round(height * scale / 2)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
