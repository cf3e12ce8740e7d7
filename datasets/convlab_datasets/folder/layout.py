"""Assigning the files of a folder to classes and splits."""

import os
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from convlab import DataError, FolderEntry, ImageFolder
from convlab_datasets.folder.faults import Faults

_SPLIT_OF_FOLDER = {
    "train": "train",
    "test": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
}
_OUTSIDE = "outside the class folders"
# A soft hyphen, a zero-width space, a word joiner and a byte order mark; not joiners, which change letters.
_INVISIBLE = frozenset("\u00ad\u200b\u2060\ufeff")
_LAYOUTS = "CLASS/* or train/CLASS/* and test/CLASS/*"


class ImageFile(NamedTuple):
    """A file that should contain an image.

    Attributes:
        name: its path relative to the root, with ``/``.
        label: its class index.
        split: ``train``, ``test`` or ``validation``; always ``train`` without split folders.
        size: its size in bytes.
        sha256: the digest of its content, once it has been read.
    """

    name: str
    label: int
    split: str
    size: int
    sha256: str = ""


class Layout(NamedTuple):
    """The contents of a folder.

    Attributes:
        class_names: the names of the class folders, NFC-normalized and sorted by code point, so that labels
            are the same on every machine.
        files: the files, also in the same order on every machine.
    """

    class_names: tuple[str, ...]
    files: list[ImageFile]


def read_layout(root: Path, faults: Faults) -> Layout:
    """List the images in ``root/CLASS/*``, or in ``root/train/CLASS/*`` and the other split folders.

    Args:
        root: an existing folder.
        faults: records all other files.

    Raises:
        DataError: the folder has another layout, no images, or images of only one class.
    """
    listed = {root: ImageFolder.read(root)}
    for folder in listed[root].folders:
        listed[folder] = ImageFolder.read(folder, within=(root,))
    split_folders = _split_folders(root, listed)
    found = {
        split: _classes(root, folder, listed, faults)
        for split, folder in (split_folders or {"train": root}).items()
    }
    if split_folders:
        faults.leave_out(_OUTSIDE, listed[root])
        for folder in listed[root].folders:
            if folder not in split_folders.values():
                inside = ImageFolder.read(folder, recursive=True, within=(root,))
                faults.leave_out("in folders other than train/, val/ and test/", inside)
    class_names = tuple(sorted(found["train"]))
    if len(class_names) < 2:
        raise DataError(_too_few_classes(split_folders.get("train", root), class_names))
    for split, classes in found.items():
        _check_classes(root, split_folders, split, set(classes), set(class_names))
    return Layout(
        class_names,
        [
            ImageFile(faults.relative(entry.path), label, split, entry.size)
            for split in found
            for label, class_name in enumerate(class_names)
            for entry in found[split][class_name]
        ],
    )


def _split_folders(root: Path, listed: Mapping[Path, ImageFolder]) -> dict[str, Path]:
    """Return the folder of each split; empty if the class folders are directly in the root."""
    splits: dict[str, Path] = {}
    flat: list[Path] = []
    for folder in listed[root].folders:
        inside = listed[folder]
        split = _SPLIT_OF_FOLDER.get(folder.name.lower())
        if split and inside.folders:
            if split in splits:
                raise DataError(
                    f"{root} has both {splits[split].name}/ and {folder.name}/; merge or rename one of them"
                )
            splits[split] = folder
        elif inside.images:
            flat.append(folder)
    if splits and "train" not in splits:
        existing = " and ".join(f"{folder.name}/" for folder in splits.values())
        raise DataError(
            f"{root} has {existing} but no train/CLASS/*; add it, or set `dataset_options.path` to a folder "
            "of CLASS/*"
        )
    if splits and flat:
        raise DataError(
            f"{flat[0]} contains images but is next to train/CLASS/*; sort them into "
            f"{flat[0].name}/CLASS/*, or move {flat[0].name}/ out of {root}"
        )
    for folder in flat:
        # A class may be called "train", but images of an unknown class are often in test/.
        if _SPLIT_OF_FOLDER.get(folder.name.lower(), "train") != "train":
            raise DataError(
                f"{folder} contains images but no class folders; move {folder.name}/ out of {root}, or, if "
                f"{folder.name!r} is a class, move all class folders into {root / 'train'}"
            )
    return splits


def _classes(
    root: Path, parent: Path, listed: Mapping[Path, ImageFolder], faults: Faults
) -> dict[str, list[FolderEntry]]:
    """Return the images of each class that has any; folders whose names look the same are one class."""
    faults.leave_out(_OUTSIDE, listed[parent])
    classes: dict[str, list[FolderEntry]] = {}
    for folder in listed[parent].folders:
        inside = listed.get(folder) or ImageFolder.read(folder, within=(root, parent))
        if inside.folders and not inside.images:
            raise DataError(
                f"{folder} contains folders instead of images ({faults.relative(inside.folders[0])}); "
                f"arrange {root} as {_LAYOUTS}, or set `dataset_options.path` to the parent of the class "
                "folders"
            )
        faults.leave_out("", replace(inside, images=[]), expects_images=True)
        for nested in inside.folders:
            below = ImageFolder.read(nested, recursive=True, within=(root, parent, folder))
            faults.leave_out("in folders inside a class", below)
        if inside.images:
            classes.setdefault(_class_name(folder.name), []).extend(inside.images)
        else:
            faults.add("folders without images", faults.relative(folder))
    return classes


def _class_name(folder: str) -> str:
    """Return the name of a class, in any locale: names that look the same are the same."""
    name = os.fsencode(folder).decode("utf-8", "surrogateescape")
    visible = "".join(character for character in name if character not in _INVISIBLE)
    return unicodedata.normalize("NFC", visible).strip() or folder


def _too_few_classes(folder: Path, class_names: tuple[str, ...]) -> str:
    if not class_names:
        if ImageFolder.read(folder).images:
            return (
                f"{folder} contains images but no class folders; move the images of each class to "
                f"{folder}/CLASS/*"
            )
        return f"{folder} contains no images; arrange it as {_LAYOUTS}"
    return (
        f"{folder} has images of only one class, {class_names[0]!r}, but a classifier needs at least two; "
        "set `dataset_options.path` to the parent of the class folders"
    )


def _check_classes(
    root: Path, split_folders: dict[str, Path], split: str, classes: set[str], expected: set[str]
) -> None:
    if not classes:
        raise DataError(f"{split_folders[split]} contains no images; arrange it like train/, or remove it")
    for names, present, absent in (
        (classes - expected, split, "train"),
        (expected - classes, "train", split),
    ):
        if names:
            raise DataError(
                f"{root} has images of {_join(names)} in {split_folders[present].name}/ but none in "
                f"{split_folders[absent].name}/; give both the same class folders"
            )


def _join(names: Iterable[str]) -> str:
    names = sorted(names)
    return ", ".join(map(repr, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
