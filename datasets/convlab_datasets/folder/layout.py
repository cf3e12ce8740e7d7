"""Assigning the files of a folder to classes and splits."""

import os
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from convlab import DataError
from convlab_datasets.folder.faults import Faults

SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".webp")
_SPLIT_FOLDERS = {"train": ("train",), "test": ("test",), "validation": ("val", "valid", "validation")}
# Left behind by operating systems and archives; hidden files are ignored too.
_JUNK = ("thumbs.db", "desktop.ini", "__macosx", "@eadir")
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
        faults: records the files that are not images.

    Raises:
        DataError: the folder has another layout, no images, or images of only one class.
    """
    split_folders = _split_folders(root)
    found = {
        split: {_normalize(entry.name): _images(root, entry, faults) for entry in _folders(root / folder)}
        for split, folder in (split_folders or {"train": ""}).items()
    }
    for split, folder in (split_folders or {"train": ""}).items():
        for entry in _files(root / folder):
            if _is_image(entry):
                faults.add("outside the class folders", _relative(root, entry))
        found[split] = {name: images for name, images in found[split].items() if images}
    class_names = tuple(sorted(found["train"]))
    if len(class_names) < 2:
        raise DataError(_too_few_classes(root, split_folders.get("train", ""), class_names))
    for split, classes in found.items():
        _check_classes(root, split_folders, split, set(classes), set(class_names))
    return Layout(
        class_names,
        [
            ImageFile(name, label, split, size)
            for split in found
            for label, class_name in enumerate(class_names)
            for name, size in found[split][class_name]
        ],
    )


def _split_folders(root: Path) -> dict[str, str]:
    """Return the folder of each split; empty if the class folders are directly in the root."""
    folders = {entry.name.lower(): entry.name for entry in _folders(root)}
    splits = {
        split: folders[name] for split, names in _SPLIT_FOLDERS.items() for name in names if name in folders
    }
    # A class may be called "train"; its folder contains images, not folders.
    splits = {split: name for split, name in splits.items() if any(_folders(root / name))}
    if splits and "train" not in splits:
        existing = " and ".join(f"{name}/" for name in splits.values())
        raise DataError(
            f"{root} has {existing} but no train/CLASS/*; add it, or set `dataset_options.path` to a folder "
            "of CLASS/*"
        )
    others = sorted(set(folders.values()) - set(splits.values()))
    others = [name for name in others if splits and any(map(_is_image, _files(root / name)))]
    if others:
        raise DataError(
            f"{root / others[0]} contains images but is next to train/CLASS/*; sort them into "
            f"{others[0]}/CLASS/*, or move {others[0]}/ out of {root}"
        )
    return splits


def _images(root: Path, class_folder: os.DirEntry[str], faults: Faults) -> list[tuple[str, int]]:
    """Return the name and size of each image of a class."""
    images = []
    entries = sorted(_files(Path(class_folder.path)), key=lambda entry: (_normalize(entry.name), entry.name))
    for entry in entries:
        name = _relative(root, entry)
        if not _is_image(entry):
            faults.add("in a format other than PNG, JPEG, BMP, GIF and WebP", name)
            continue
        try:
            size = entry.stat().st_size
        except OSError:  # a dangling link
            faults.add("unreadable", name)
            continue
        images.append((name, size))
    folders = [_relative(root, entry) for entry in _folders(Path(class_folder.path))]
    if folders and not images:
        raise DataError(
            f"{class_folder.path} contains folders instead of images ({folders[0]}); arrange {root} as "
            f"{_LAYOUTS}, or set `dataset_options.path` to the parent of the class folders"
        )
    for folder in folders:
        faults.add("folders inside a class", folder)
    if not images:
        faults.add("folders without images", _relative(root, class_folder))
    return images


def _too_few_classes(root: Path, train: str, class_names: tuple[str, ...]) -> str:
    folder = root / train
    if not class_names:
        if any(map(_is_image, _files(folder))):
            return (
                f"{folder} contains images but no class folders; move the images of each class to "
                f"{folder}/CLASS/*"
            )
        return f"{folder} contains no images (PNG, JPEG, BMP, GIF or WebP); arrange it as {_LAYOUTS}"
    return (
        f"{folder} has images of only one class, {class_names[0]!r}, but a classifier needs at least two; "
        "set `dataset_options.path` to the parent of the class folders"
    )


def _check_classes(
    root: Path, split_folders: dict[str, str], split: str, classes: set[str], expected: set[str]
) -> None:
    if not classes:
        raise DataError(
            f"{root / split_folders[split]} contains no images; arrange it like train/, or remove it"
        )
    for names, present, absent in (
        (classes - expected, split, "train"),
        (expected - classes, "train", split),
    ):
        if names:
            raise DataError(
                f"{root} has images of {_join(names)} in {split_folders[present]}/ but none in "
                f"{split_folders[absent]}/; give both the same class folders"
            )


def _join(names: Iterable[str]) -> str:
    names = sorted(names)
    return ", ".join(map(repr, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    return sorted((entry for entry in _entries(folder) if entry.is_dir()), key=lambda entry: entry.name)


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    return (entry for entry in _entries(folder) if not entry.is_dir())


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry for entry in entries if not _is_ignored(entry.name))
    except OSError as error:
        raise DataError(f"cannot read {folder} ({error.strerror}); check its permissions") from error


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.lower() in _JUNK


def _is_image(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(SUFFIXES)


def _normalize(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _relative(root: Path, entry: os.DirEntry[str]) -> str:
    return Path(entry.path).relative_to(root).as_posix()
