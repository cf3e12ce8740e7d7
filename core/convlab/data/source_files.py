"""The files that images were read from, and those that were left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class SourceFile(NamedTuple):
    """The file of one image.

    Attributes:
        name: its path relative to the root, with ``/``, spelled as on disk.
        sha256: the digest of its content, in hexadecimal.
    """

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class SourceFiles:
    """Every file of a dataset that has one file per image.

    Attributes:
        root: the folder that contains them.
        used: one file per image, in the order of the images, for each split.
        left_out: the names of all other files, by the reason why they are not used.
    """

    root: Path
    used: Mapping[str, tuple[SourceFile, ...]]
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
