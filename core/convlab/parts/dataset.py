"""The part that loads labelled images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from convlab.parts.manifest import DatasetManifest
from convlab.parts.part import Kind, Part

if TYPE_CHECKING:
    from convlab.data.image_data import ImageData
    from convlab.data.source import DataSource

_CHECKS = "convlab.inspect.checks.datasets"


@dataclass(frozen=True, kw_only=True)
class Dataset(Part):
    """A labelled set of images, split into a training and a test set.

    Attributes:
        load: called as ``load(source, options)``; returns an ``ImageData``. ``source`` names the folders to
            search. Raises ``DataError`` if files are missing or damaged.
        manifest: the published files and their checksums. With it ``convlab data`` lists, fetches and
            verifies the dataset, a run refuses damaged data, and ``source.obtain(manifest)`` finds the files.
        where: where a dataset without a manifest finds its data, as ``convlab data list`` prints it.

    Example::

        import numpy as np
        from convlab import Dataset, ImageData, hookimpl

        def load(source, options):
            pixels = np.random.default_rng(0).integers(0, 256, (600, 8, 8, 1), dtype=np.uint8)
            labels = (pixels[:, :4].mean((1, 2, 3)) > pixels[:, 4:].mean((1, 2, 3))).astype(np.int64)
            return ImageData(
                train=(pixels[:500], labels[:500]), test=(pixels[500:], labels[500:]),
                class_names=("bright below", "bright above"),
            )

        @hookimpl
        def convlab_datasets():
            return [Dataset(name="halves", summary="Which half of a noise image is brighter", load=load)]
    """

    kind: ClassVar[Kind] = Kind(
        name="dataset",
        flag="-d",
        help="The dataset to train on.",
        default="digits",
        subject=f"{_CHECKS}.dataset_subject:DatasetSubject",
        checks=(f"{_CHECKS}.load_function", f"{_CHECKS}.repetition", f"{_CHECKS}.contents"),
        begin_with="images.py",
    )
    factory: ClassVar[str] = "load"
    arguments: ClassVar[tuple[str, ...]] = ("source", "options")

    load: Callable[[DataSource, Any], ImageData]
    manifest: DatasetManifest | None = None
    where: str = "where its plugin looks"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.manifest is None:
            return
        if not isinstance(self.manifest, DatasetManifest):
            raise TypeError(f"{self}: manifest must be a DatasetManifest, got {type(self.manifest).__name__}")
        if self.manifest.name != self.name:
            raise ValueError(f"{self}: its manifest is named {self.manifest.name!r}; the names must be equal")
