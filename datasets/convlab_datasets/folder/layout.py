"""Which files of a folder are images of which class and split."""

import os
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from convlab import DataError
from convlab_datasets.folder.faults import Faults

SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".webp")
_SPLIT_FOLDERS = {"train": ("train",), "test": ("test",), "validation": ("val", "valid", "validation")}
# What operating systems and archives leave behind; hidden files and folders beside.
_JUNK = ("thumbs.db", "desktop.ini", "__macosx", "@eadir")
_LAYOUTS = "CLASS/* or train/CLASS/* and test/CLASS/*"


class ImageFile(NamedTuple):
    """A file that should hold an image.

    Attributes:
        name: its path from the root, with ``/``.
        label: the number of its class.
        split: ``train``, ``test`` or ``validation``; in a flat layout all are ``train``.
        size: in bytes.
    """

    name: str
    label: int
    split: str
    size: int


class Layout(NamedTuple):
    """What a folder holds.

    Attributes:
        class_names: the names of the class folders, in the order of their code points, composed (NFC), so
            that they have the same labels on every machine.
        files: in an order that is the same on every machine too.
    """

    class_names: tuple[str, ...]
    files: list[ImageFile]


def read_layout(root: Path, faults: Faults) -> Layout:
    """Return the images of ``root/CLASS/*``, or of ``root/train/CLASS/*`` and its companions.

    Args:
        root: an existing folder.
        faults: is told the files that are no images.

    Raises:
        DataError: the folder has another layout, no images, or images of one class only.
    """
    split_folders = _split_folders(root)
    found = {
        split: {_composed(entry.name): _images(root, entry, faults) for entry in _folders(root / folder)}
        for split, folder in (split_folders or {"train": ""}).items()
    }
    for split, folder in (split_folders or {"train": ""}).items():
        for entry in _files(root / folder):
            if _is_image(entry):
                faults.add("outside the class folders", _from(root, entry))
        found[split] = {name: images for name, images in found[split].items() if images}
    class_names = tuple(sorted(found["train"]))
    if len(class_names) < 2:
        raise DataError(_too_few_classes(root, split_folders.get("train", ""), class_names))
    for split, classes in found.items():
        _check_same(root, split_folders, split, set(classes), set(class_names))
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
    """Return the folder of each split, or nothing where the class folders lie in the root."""
    folders = {entry.name.lower(): entry.name for entry in _folders(root)}
    splits = {
        split: folders[name] for split, names in _SPLIT_FOLDERS.items() for name in names if name in folders
    }
    # A class may be called train, beside plane: its folder has images in it, not folders.
    splits = {split: name for split, name in splits.items() if any(_folders(root / name))}
    if splits and "train" not in splits:
        there = " and ".join(f"{name}/" for name in splits.values())
        raise DataError(f"{root} has {there} but no train/CLASS/*: add it, or name a folder of CLASS/*")
    others = sorted(set(folders.values()) - set(splits.values()))
    others = [name for name in others if splits and any(map(_is_image, _files(root / name)))]
    if others:
        raise DataError(
            f"{root / others[0]} holds images but lies beside train/CLASS/*: sort them into "
            f"{others[0]}/CLASS/*, or move {others[0]}/ out of {root}"
        )
    return splits


def _images(root: Path, class_folder: os.DirEntry[str], faults: Faults) -> list[tuple[str, int]]:
    """Return the images of a class, each with its size."""
    images = []
    entries = sorted(_files(Path(class_folder.path)), key=lambda entry: (_composed(entry.name), entry.name))
    for entry in entries:
        name = _from(root, entry)
        if not _is_image(entry):
            faults.add("of other kinds than PNG, JPEG, BMP, GIF and WebP", name)
            continue
        try:
            size = entry.stat().st_size
        except OSError:  # a link to what is no more
            faults.add("unreadable", name)
            continue
        images.append((name, size))
    folders = [_from(root, entry) for entry in _folders(Path(class_folder.path))]
    if folders and not images:
        raise DataError(
            f"{class_folder.path} holds folders where images should be ({folders[0]}): lay {root} out as "
            f"{_LAYOUTS}, or name the folder above the classes"
        )
    for folder in folders:
        faults.add("folders inside a class", folder)
    if not images:
        faults.add("folders without images", _from(root, class_folder))
    return images


def _too_few_classes(root: Path, train: str, class_names: tuple[str, ...]) -> str:
    folder = root / train
    if not class_names:
        if any(map(_is_image, _files(folder))):
            return (
                f"{folder} holds images but no class folders: move each class into a folder, {folder}/CLASS/*"
            )
        return f"{folder} holds no images (PNG, JPEG, BMP, GIF or WebP): lay it out as {_LAYOUTS}"
    return (
        f"{folder} has images of one class only, {class_names[0]!r}, but a classifier needs at least two: "
        "name the folder above the classes, each with a folder of its own"
    )


def _check_same(
    root: Path, split_folders: dict[str, str], split: str, has: set[str], should: set[str]
) -> None:
    if not has:
        raise DataError(f"{root / split_folders[split]} holds no images: fill it as train/, or remove it")
    for names, there, lacking in ((has - should, split, "train"), (should - has, "train", split)):
        if names:
            raise DataError(
                f"{root} has images of {_listed(names)} in {split_folders[there]}/ but none in "
                f"{split_folders[lacking]}/: give both the same class folders"
            )


def _listed(names: Iterable[str]) -> str:
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
        raise DataError(f"{folder} cannot be read ({error.strerror}): mend its rights") from error


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.lower() in _JUNK


def _is_image(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(SUFFIXES)


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _from(root: Path, entry: os.DirEntry[str]) -> str:
    return Path(entry.path).relative_to(root).as_posix()
