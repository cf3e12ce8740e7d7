"""The options of the data set ``folder``."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from convlab_datasets.folder.decoding import ColorMode

_Size = Annotated[int, Field(ge=1, le=4096)]


@dataclass(frozen=True)
class FolderOptions:
    """Where the images are, and what they are brought to."""

    path: str = ""
    """The folder: PATH/CLASS/* or PATH/train/CLASS/* and PATH/test/CLASS/* (and PATH/val/CLASS/*)."""
    image_size: tuple[_Size, _Size] | None = None
    """Height and width that images are resized to; may be left out where all have one size."""
    resize: Literal["stretch", "crop", "pad"] = "stretch"
    """Another ratio of the sides: stretch it, crop the middle out, or pad it with black."""
    color_mode: ColorMode = "auto"
    """In colour or in grey; auto: in grey where all images are."""
    test_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Fraction of each class that is the test split, where there is no test folder."""
    split_seed: Annotated[int, Field(ge=0)] = 0
    """Decides which images these are, whatever the seed of a run."""
    stream_above: Annotated[float, Field(ge=0)] = 1000.0
    """Read images as they are needed where all would take more megabytes of memory than this."""
    strict: bool = False
    """Refuse files that are unreadable, empty, doubled or no images, instead of leaving them out."""
