"""The options of the dataset ``folder``."""

import os
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

_Size = Annotated[int, Field(ge=1, le=4096)]


@dataclass(frozen=True)
class FolderOptions:
    """Where the images are, and the size and color mode to convert them to."""

    path: str = ""
    """The folder: PATH/CLASS/* or PATH/train/CLASS/* and PATH/test/CLASS/* (and PATH/val/CLASS/*)."""
    image_size: tuple[_Size, _Size] | None = None
    """Height and width to resize images to; required unless all have the same size."""
    resize: Literal["stretch", "crop", "pad"] = "stretch"
    """For another aspect ratio: stretch the image, crop it to the center, or pad it with black."""
    color_mode: Literal["auto", "rgb", "grayscale"] = "auto"
    """Color or grayscale; auto: grayscale if all images are."""
    test_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Fraction of each class used as the test set if there is no test folder."""
    split_seed: Annotated[int, Field(ge=0)] = 0
    """Selects the images of that test set, independently of the run's seed."""
    stream_above: Annotated[float, Field(ge=0)] = 1000.0
    """Read images from disk on demand if they need more megabytes of memory than this."""
    strict: bool = False
    """Refuse unreadable, empty or duplicate files and files that are not images, instead of skipping them."""

    def __post_init__(self) -> None:
        """Make the path absolute, so that a recorded experiment names the same folder from everywhere."""
        if self.path:
            object.__setattr__(self, "path", os.path.abspath(os.path.expanduser(self.path)))  # noqa: PTH100, PTH111
