"""The images that a run trains, validates and tests on, and how to find the same ones again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from convlab.data.content import content_keys, pixel_keys
from convlab.data.image_data import ImageData
from convlab.data.image_stream import ImageStream
from convlab.data.source_files import SourceFile
from convlab.data.split import Indices, Subset, train_val_split
from convlab.experiment.settings import DataSettings

SplitName = Literal["train", "validation", "test"]

# Of a stream without files, reading all images would take as long as an epoch.
_STREAM_SAMPLE = 1000


class SplitRecord(BaseModel):
    """The images of one split, as a run records them.

    Attributes:
        images: how many.
        sha256: a digest of their content, labels and order, in hexadecimal.
        files: the SHA-256 of each image's file by its name relative to the root, if each image has one.
    """

    model_config = ConfigDict(strict=True, frozen=True)
    images: int
    sha256: str
    files: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class UsedImages:
    """The images of a dataset that a run uses.

    Attributes:
        data: the dataset.
        source: for each use, the split of the dataset that the images are from; a validation set may be from
            the training set.
        indices: for each use, the indices of the images in that split.
    """

    data: ImageData
    source: Mapping[SplitName, str]
    indices: Mapping[SplitName, Indices]

    @classmethod
    def of(cls, data: ImageData, settings: DataSettings, seed: int) -> "UsedImages":
        """Return the images that an experiment uses; see ``train_val_split``."""
        split, validation = train_val_split(data, settings, seed)
        own = "validation" if data.validation is validation.split else "train"
        return cls(
            data=data,
            source={"train": "train", "validation": own, "test": "test"},
            indices={
                "train": split.train,
                "validation": validation.indices,
                "test": np.arange(len(data.test.labels)),
            },
        )

    def subset(self, use: SplitName) -> Subset:
        """Return the images of one use."""
        return Subset(self.data.splits()[self.source[use]], self.indices[use])

    def record(self, use: SplitName) -> SplitRecord:
        """Return what to record of one use.

        Of a stream without files, 1,000 images represent all; of everything else, each image counts.
        """
        split, indices = self.subset(use)
        digest = hashlib.sha256(split.labels[indices].astype("<i8").tobytes())
        if self.data.files is None and isinstance(split.images, ImageStream):
            sample = np.linspace(0, len(indices) - 1, min(len(indices), _STREAM_SAMPLE)).astype(np.int64)
            keys = pixel_keys(split.images.take(indices[sample]))
        else:
            keys = content_keys(self.data, self.source[use])[indices]
        digest.update(keys.astype("<u8").tobytes())
        files = None
        if self.data.files is not None:
            used = self.data.files.used[self.source[use]]
            files = dict(used[index] for index in indices.tolist())
        return SplitRecord(images=len(indices), sha256=digest.hexdigest(), files=files)

    def digests(self) -> dict[str, str]:
        """Return the digest of the images of each use that has any."""
        return {use: self.record(use).sha256 for use in self.source if len(self.indices[use])}

    def as_recorded(self, records: Mapping[SplitName, SplitRecord]) -> "UsedImages":
        """Return the recorded images as far as they exist, in the recorded order, without any others.

        Images that do not have a file each cannot be told apart, and stay as they are.
        """
        indices = dict(self.indices)
        for use, record in records.items():
            if self.data.files is not None and record.files is not None:
                used = self.data.files.used[self.source[use]]
                positions = {file: index for index, file in enumerate(used)}
                moved = {file.sha256: index for index, file in enumerate(used)}
                wanted = (SourceFile(name, sha256) for name, sha256 in record.files.items())
                found = (positions.get(file, moved.get(file.sha256)) for file in wanted)
                indices[use] = np.array([index for index in found if index is not None], np.int64)
        return UsedImages(data=self.data, source=self.source, indices=indices)

    def differences(self, records: Mapping[SplitName, SplitRecord]) -> list[str]:
        """Describe in which uses the images differ from the recorded ones; empty if they do not."""
        return [
            _difference(use, record, found)
            for use, record in records.items()
            if (found := self.record(use)).sha256 != record.sha256
        ]


def _difference(use: SplitName, recorded: SplitRecord, found: SplitRecord) -> str:
    name = {"train": "training"}.get(use, use)
    if recorded.files is None or found.files is None:
        return f"the {name} images are not those of the run"
    contents = set(found.files.values())
    lost = [file for file, sha256 in recorded.files.items() if sha256 not in contents]
    if not lost:
        return f"the {name} images have other labels than in the run"
    return (
        f"{len(lost):,} of the run's {recorded.images:,} {name} images changed or are missing, such as "
        f"{lost[0]!r}"
    )
