"""Whether data match the published dataset, are a variant of it, or are damaged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from convlab.data.files.checksums import array_digests, file_checksums
from convlab.data.files.layouts import DatasetFiles
from convlab.data.image_data import ImageData
from convlab.parts.manifest import ARRAYS, DatasetManifest

State = Literal["published", "different", "damaged", "unknown"]
KnownChecksums = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How data compare with the published dataset.

    Attributes:
        state: ``published`` (byte for byte), ``different`` (a variant), ``damaged`` (most of it matches but
            not all, or it belongs to another dataset) or ``unknown`` (no checksum is known).
        message: one sentence; empty if there is nothing to report.
    """

    state: State
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class _Content:
    """An array or a file, with its actual and its expected checksum."""

    description: str
    path: Path | None
    checksum: str
    expected: str


def known_checksums(manifests: Iterable[DatasetManifest | None]) -> dict[str, tuple[str, str]]:
    """Return the dataset and the content that each published checksum identifies."""
    known: dict[str, tuple[str, str]] = {}
    for manifest in filter(None, manifests):
        for array, sha256 in manifest.sha256.items():
            known[f"sha256:{sha256}"] = (manifest.name, array.replace(".", " "))
        for name, checksum in manifest.checksums.items():
            known[checksum] = (manifest.name, name)
    return known


def compare(
    data: ImageData,
    manifest: DatasetManifest,
    files: DatasetFiles | None,
    known: KnownChecksums,
    *,
    arrays: bool = True,
) -> Comparison:
    """Compare loaded data with the published dataset.

    Args:
        data: the loaded images and labels.
        manifest: the dataset's manifest.
        files: the files that the data were read from, if any.
        known: the result of ``known_checksums`` for all datasets.
        arrays: whether to compare the arrays; options of the dataset may change them.
    """
    contents = _arrays(data, manifest, files) if arrays and manifest.sha256 else _files(manifest, files)
    wrong = [content for content in contents if content.checksum != content.expected]
    if contents and not wrong:
        return Comparison(state="published")
    for content in wrong:
        if content.checksum in known:
            name, description = known[content.checksum]
            return Comparison(
                state="damaged",
                message=f"{content.path} contains the {description} of {name} instead of the "
                f"{content.description} of {manifest.name}; replace it with the right file",
            )
    if 0 < 2 * len(wrong) < len(contents):
        return Comparison(state="damaged", message=_damage(wrong[0], manifest.name))
    differences = _differences(data, manifest) if arrays else ""
    if wrong or differences:
        others = f"different {', '.join(content.description for content in wrong)}"
        return Comparison(state="different", message=differences or others)
    return Comparison(state="unknown")


def _arrays(data: ImageData, manifest: DatasetManifest, files: DatasetFiles | None) -> list[_Content]:
    digests = array_digests(data)
    return [
        _Content(
            description=array.replace(".", " "),
            path=files.file_of(array) if files else None,
            checksum=f"sha256:{digests[array]}",
            expected=f"sha256:{manifest.sha256[array]}",
        )
        for array in ARRAYS
        if array in manifest.sha256
    ]


def _files(manifest: DatasetManifest, files: DatasetFiles | None) -> list[_Content]:
    if files is None:
        return []
    published = {
        name: (path, manifest.checksums[name])
        for name, path in files.paths.items()
        if name in manifest.checksums
    }
    checksums = file_checksums(published.values())
    return [
        _Content(description=name, path=path, checksum=checksum, expected=expected)
        for (name, (path, expected)), checksum in zip(published.items(), checksums, strict=True)
    ]


def _damage(content: _Content, name: str) -> str:
    return (
        f"{content.path} is damaged or swapped: the checksum of its {content.description} is "
        f"{_shorten(content.checksum)} instead of {_shorten(content.expected)}, while the rest of {name} "
        "matches the published dataset; delete the file and get it again, or make your version a dataset "
        "with its own name"
    )


def _shorten(checksum: str) -> str:
    algorithm, _, digits = checksum.partition(":")
    return f"{algorithm}:{digits[:12]}…"


def _differences(data: ImageData, manifest: DatasetManifest) -> str:
    """Describe how the shape and the image counts differ; empty if they do not."""
    expected = (sum(manifest.train_per_class), sum(manifest.test_per_class))
    counts = (len(data.train.labels), len(data.test.labels))
    if counts != expected:
        return f"{_count_images(counts)} instead of {_count_images(expected)}"
    if data.input_shape != manifest.input_shape:
        return f"{_format_shape(data.input_shape)} images instead of {_format_shape(manifest.input_shape)}"
    if data.num_classes != manifest.num_classes:
        return f"{data.num_classes} classes instead of {manifest.num_classes}"
    for name, per_class in (("training", manifest.train_per_class), ("test", manifest.test_per_class)):
        counted = images_per_class(data, "train" if name == "training" else name)
        for label, (count, published) in enumerate(zip(counted, per_class, strict=True)):
            if count != published:
                return (
                    f"{count:,} {name} images of class {data.class_names[label]!r} instead of {published:,}"
                )
    return ""


def images_per_class(data: ImageData, split: str) -> tuple[int, ...]:
    """Return the number of images of each class in a split, in label order."""
    labels = getattr(data, split).labels
    return tuple(np.bincount(labels, minlength=data.num_classes).tolist())


def _count_images(counts: tuple[int, int]) -> str:
    return f"{counts[0]:,} training and {counts[1]:,} test images"


def _format_shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
