"""Whether data are the published ones, a variant of them, or damaged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from convlab.data.files.checksums import array_digests, file_checksums
from convlab.data.files.layouts import Found
from convlab.data.image_data import ImageData
from convlab.parts.manifest import ARRAYS, DatasetManifest

State = Literal["published", "different", "damaged", "unknown"]
Known = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How data compare with what is published.

    Attributes:
        state: ``published`` (the same bytes), ``different`` (a variant), ``damaged`` (most of it is
            published and the rest is not, or it is another data set's) or ``unknown`` (no checksum is known).
        message: one sentence; empty where there is nothing to say.
    """

    state: State
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class _Piece:
    what: str
    origin: Path | None
    checksum: str
    expected: str


def known_content(published: Iterable[DatasetManifest | None]) -> dict[str, tuple[str, str]]:
    """Return the data set and the piece of it that each known checksum means."""
    known: dict[str, tuple[str, str]] = {}
    for one in filter(None, published):
        for array, sha256 in one.sha256.items():
            known[f"sha256:{sha256}"] = (one.name, _in_words(array))
        for name, checksum in one.checksums.items():
            known[checksum] = (one.name, name)
    return known


def compare(
    data: ImageData, published: DatasetManifest, found: Found | None, known: Known, *, arrays: bool = True
) -> Comparison:
    """Compare what was read with what is published.

    Args:
        data: what was read.
        published: what its data set declares.
        found: the files that it was read from, if there are any.
        known: what ``known_content`` returns of all data sets.
        arrays: whether the arrays are meant to be the published ones; options may change them.
    """
    pieces = _arrays(data, published, found) if arrays and published.sha256 else _files(published, found)
    wrong = [piece for piece in pieces if piece.checksum != piece.expected]
    if pieces and not wrong:
        return Comparison(state="published")
    for piece in wrong:
        if piece.checksum in known:
            name, what = known[piece.checksum]
            return Comparison(
                state="damaged",
                message=f"{piece.origin} holds the {what} of {name}, where the {piece.what} of "
                f"{published.name} should be: put the right file there",
            )
    if 0 < 2 * len(wrong) < len(pieces):
        return Comparison(state="damaged", message=_damage(wrong[0], published.name))
    differences = _differences(data, published) if arrays else ""
    if wrong or differences:
        others = f"other {', '.join(piece.what for piece in wrong)}"
        return Comparison(state="different", message=differences or others)
    return Comparison(state="unknown")


def _arrays(data: ImageData, published: DatasetManifest, found: Found | None) -> list[_Piece]:
    digests = array_digests(data)
    return [
        _Piece(
            what=_in_words(array),
            origin=found.file_of(array) if found else None,
            checksum=f"sha256:{digests[array]}",
            expected=f"sha256:{published.sha256[array]}",
        )
        for array in ARRAYS
        if array in published.sha256
    ]


def _files(published: DatasetManifest, found: Found | None) -> list[_Piece]:
    if found is None:
        return []
    named = {
        name: (path, published.checksums[name])
        for name, path in found.paths.items()
        if name in published.checksums
    }
    checksums = file_checksums(named.values())
    return [
        _Piece(what=name, origin=path, checksum=checksum, expected=expected)
        for (name, (path, expected)), checksum in zip(named.items(), checksums, strict=True)
    ]


def _damage(piece: _Piece, name: str) -> str:
    return (
        f"{piece.origin} is damaged or swapped: the checksum of its {piece.what} is "
        f"{_short(piece.checksum)} instead of {_short(piece.expected)}, while the rest of {name} is as "
        f"published: delete it and get it again, or, if it shall differ, make it a data set of its own"
    )


def _short(checksum: str) -> str:
    algorithm, _, digits = checksum.partition(":")
    return f"{algorithm}:{digits[:12]}…"


def _differences(data: ImageData, published: DatasetManifest) -> str:
    """Return how the numbers differ, in words; empty where they do not."""
    expected = (sum(published.train_per_class), sum(published.test_per_class))
    counts = (len(data.train.labels), len(data.test.labels))
    if counts != expected:
        return f"{_images(counts)} instead of {_images(expected)}"
    if data.input_shape != published.input_shape:
        return f"images of {_shape(data.input_shape)} instead of {_shape(published.input_shape)}"
    if data.num_classes != published.num_classes:
        return f"{data.num_classes} classes instead of {published.num_classes}"
    for split, per_class in (("train", published.train_per_class), ("test", published.test_per_class)):
        for label, (has, should) in enumerate(zip(images_per_class(data, split), per_class, strict=True)):
            if has != should:
                name = data.class_names[label]
                return f"{has:,} {split} images of class {name!r} instead of {should:,}"
    return ""


def images_per_class(data: ImageData, split: str) -> tuple[int, ...]:
    """Return how many images of each class a split has, in the order of the labels."""
    labels = getattr(data, split).labels
    return tuple(np.bincount(labels, minlength=data.num_classes).tolist())


def _images(counts: tuple[int, int]) -> str:
    return f"{counts[0]:,} train and {counts[1]:,} test images"


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _in_words(array: str) -> str:
    return array.replace(".", " ")
