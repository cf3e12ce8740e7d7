"""Images drawn with the characters of a terminal."""

import numpy as np
import numpy.typing as npt
from PIL import Image
from rich.color import Color
from rich.style import Style
from rich.text import Text

from convlab import data
from convlab.text.visible import visible

_MAX_SIZE = 28
_IMAGES_PER_LINE = 3
_DARK_TO_LIGHT = " .:-=+*#%@"


def draw_samples(samples: data.Samples, *, color: bool) -> Text:
    """Draw the first sample of each class, three side by side.

    Args:
        samples: the samples.
        color: whether to draw two colored pixels per character instead of shades of gray.
    """
    drawing = Text(no_wrap=True)
    for start in range(0, len(samples.class_names), _IMAGES_PER_LINE):
        row = slice(start, start + _IMAGES_PER_LINE)
        images = [_draw(image[0], color=color) for image in samples.images[row]]
        width = len(images[0][0])
        names = map(visible, samples.class_names[row])
        drawing.append("  ".join(f"{name[:width]:{width}}" for name in names), "bold")
        for lines in zip(*images, strict=True):
            drawing.append("\n").append(Text("  ").join(lines))
        drawing.append("\n\n")
    drawing.rstrip()
    return drawing


def _draw(image: npt.NDArray[np.uint8], *, color: bool) -> list[Text]:
    pixels = _shrink(data.to_rgb(image))
    upper, lower = pixels[0::2].astype(int), pixels[1::2].astype(int)
    if color:
        return [
            Text.assemble(*(_half_block(above, below) for above, below in zip(*rows, strict=True)))
            for rows in zip(upper, lower, strict=True)
        ]
    shades = (upper + lower).mean(axis=-1) / 2 / 256 * len(_DARK_TO_LIGHT)
    return [Text("".join(_DARK_TO_LIGHT[int(shade)] for shade in row)) for row in shades]


def _half_block(above: npt.NDArray[np.int_], below: npt.NDArray[np.int_]) -> tuple[str, Style]:
    foreground, background = (Color.from_rgb(*map(int, pixel)) for pixel in (above, below))
    return "▀", Style(color=foreground, bgcolor=background)


def _shrink(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Resize an image to fit the terminal, to an even height."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _MAX_SIZE / max(height, width))
    size = (max(1, round(width * scale)), 2 * max(1, round(height * scale / 2)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
