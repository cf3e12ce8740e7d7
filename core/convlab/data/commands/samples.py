"""``convlab data show``: labeled sample images."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convlab.data.loading import load_checked
from convlab.data.source import DataSource
from convlab.drawing.pictures import to_rgb
from convlab.errors import DataError
from convlab.experiment import part_options
from convlab.host import PluginHost
from convlab.parts import Dataset

if TYPE_CHECKING:
    from PIL import Image

# In pixels of the grid image.
_MARGIN = 4
_LABEL_HEIGHT = 14
_LABEL_WIDTH = 96
_TILE = 48


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The first training images of each class.

    Attributes:
        name: the dataset's qualified name.
        class_names: one name per row.
        images: uint8 ``(rows, columns, height, width, channels)``; black if a class has too few images.
    """

    name: str
    class_names: tuple[str, ...]
    images: npt.NDArray[np.uint8]

    def to_image(self) -> "Image.Image":
        """Draw a grid with one labeled row per class; samples are enlarged without blurring."""
        from PIL import Image, ImageDraw

        rows, columns, height, width = self.images.shape[:4]
        scale = max(1, round(_TILE / max(height, width)))
        row_height = max(height * scale, _LABEL_HEIGHT) + _MARGIN
        column_width = width * scale + _MARGIN
        size = (_LABEL_WIDTH + columns * column_width + _MARGIN, rows * row_height + _MARGIN)
        grid = Image.new("RGB", size, "white")
        draw = ImageDraw.Draw(grid)
        for row, name in enumerate(self.class_names):
            top = _MARGIN + row * row_height
            draw.text((_MARGIN, top + row_height // 2 - _LABEL_HEIGHT), name[:15], fill="black")
            for column in range(columns):
                tile = Image.fromarray(to_rgb(self.images[row, column]))
                tile = tile.resize((width * scale, height * scale), Image.Resampling.NEAREST)
                grid.paste(tile, (_LABEL_WIDTH + column * column_width, top))
        return grid

    def save(self, file: str | Path) -> Path:
        """Write the grid to a PNG file.

        Raises:
            DataError: the file cannot be written.
        """
        file = Path(file).expanduser()
        try:
            self.to_image().save(file, format="PNG")
        except OSError as error:
            raise DataError(f"cannot write {file} ({error.strerror}); choose another file") from error
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
    """Return labeled samples of a dataset, the first of each class.

    Args:
        name: the dataset's bare or qualified name.
        classes: the maximum number of classes to show.
        columns: the number of samples per class.
        options: the dataset's own options, by name.
        host: provides the dataset; by default all installed plugins.
        data_dir: a folder to search before all others.

    Raises:
        ConfigError: an option is unknown or has the wrong type.
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
