"""What a run records of the images it was trained, validated and tested on."""

from pathlib import Path
from typing import ClassVar

from convlab.data.used_images import SplitName, SplitRecord, UsedImages
from convlab.runs.reading import MissingFileError, read_model
from convlab.runs.run_files import RunFile


class RecordedImages(RunFile):
    """The file ``data.json``.

    Attributes:
        root: the folder that the names of files are relative to, if each image has a file.
        class_names: in the order of the labels.
        splits: the images of each split.
    """

    name: ClassVar[str] = "data.json"
    limit: ClassVar[int] = 2**30  # it names each file of a folder of images
    root: str | None = None
    class_names: list[str]
    splits: dict[SplitName, SplitRecord]

    @classmethod
    def of(cls, images: UsedImages) -> "RecordedImages":
        """Return the record of the images that a run uses."""
        files = images.data.files
        return cls(
            root=None if files is None else str(files.root.resolve()),
            class_names=list(images.data.class_names),
            splits={use: images.record(use) for use in images.source if len(images.indices[use])},
        )


def recorded_images(run: Path) -> RecordedImages | None:
    """Return the images of a run; ``None`` if version 0.1 made it, which did not record them.

    Raises:
        RunFolderError: the file is damaged.
    """
    try:
        return read_model(run, RecordedImages)
    except MissingFileError:
        return None
