"""``convlab data show``: a picture of labelled samples."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convlab.data.loading import load_checked
from convlab.data.source import DataSource
from convlab.errors import DataError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.parts import Dataset

if TYPE_CHECKING:
    from PIL import Image

_MARGIN = 4
_LABEL_HEIGHT = 14
_LABEL_WIDTH = 96
_TILE = 48


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The first train images of some classes.

    Attributes:
        name: the data set's.
        class_names: one a row.
        images: uint8 ``(rows, columns, height, width, channels)``; black where a class has too few.
    """

    name: str
    class_names: tuple[str, ...]
    images: npt.NDArray[np.uint8]

    def picture(self) -> "Image.Image":
        """Return a grid with a row a class, its name on the left, its samples enlarged without blurring."""
        from PIL import Image, ImageDraw

        rows, columns, height, width = self.images.shape[:4]
        scale = max(1, round(_TILE / max(height, width)))
        step_y, step_x = max(height * scale, _LABEL_HEIGHT) + _MARGIN, width * scale + _MARGIN
        grid = Image.new("RGB", (_LABEL_WIDTH + columns * step_x + _MARGIN, rows * step_y + _MARGIN), "white")
        draw = ImageDraw.Draw(grid)
        for row, name in enumerate(self.class_names):
            top = _MARGIN + row * step_y
            draw.text((_MARGIN, top + step_y // 2 - _LABEL_HEIGHT), name[:15], fill="black")
            for column in range(columns):
                tile = Image.fromarray(in_colour(self.images[row, column]))
                tile = tile.resize((width * scale, height * scale), Image.Resampling.NEAREST)
                grid.paste(tile, (_LABEL_WIDTH + column * step_x, top))
        return grid

    def save(self, file: str | Path) -> Path:
        """Write the picture as a PNG file.

        Raises:
            DataError: the file cannot be written.
        """
        file = Path(file).expanduser()
        try:
            self.picture().save(file, format="PNG")
        except OSError as error:
            raise DataError(f"{file} cannot be written ({error.strerror}): name another file") from error
        return file


def samples(
    name: str,
    *,
    classes: int = 10,
    columns: int = 10,
    options: Mapping[str, Any] | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
) -> Samples:
    """Return labelled samples of a data set, the first of each class.

    Args:
        name: the data set, by its bare or qualified name.
        classes: how many classes to show at most.
        columns: how many samples of each.
        options: of the data set's own, by name.
        host: where the data set comes from; by default all installed plugins.
        data_dir: a folder to look for data files in before all others.

    Raises:
        ConfigError: an option is unknown or of the wrong type.
        DataError: the data are missing or damaged.
    """
    host = host or PluginHost()
    provided = host.find(Dataset, name)
    source = DataSource.from_environment(data_dir)
    data = load_checked(provided, part_options(provided, dict(options or {})), source, host.parts(Dataset))
    rows = min(classes, data.num_classes)
    images = np.zeros((rows, columns, *data.input_shape), np.uint8)
    for label in range(rows):
        chosen = np.flatnonzero(data.train.labels == label)[:columns]
        images[label, : len(chosen)] = data.train.images[chosen]
    return Samples(name=provided.canonical_name, class_names=data.class_names[:rows], images=images)


def in_colour(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return an image as red, green and blue: grey as it is, further channels left out."""
    return image[..., :3] if image.shape[-1] >= 3 else np.repeat(image[..., :1], 3, axis=-1)
