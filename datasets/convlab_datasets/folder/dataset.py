"""People's own images: a folder with a folder a class."""

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convlab import ConfigError, DataError, Dataset, DataSource, ImageData, stratified_sample
from convlab_datasets.folder.decoding import Form, Header
from convlab_datasets.folder.duplicates import without_duplicates
from convlab_datasets.folder.faults import Faults
from convlab_datasets.folder.images import read_headers, read_split
from convlab_datasets.folder.layout import ImageFile, read_layout
from convlab_datasets.folder.options import FolderOptions

_MEGABYTE = 10**6
logger = logging.getLogger("convlab")


def _load(source: DataSource, options: FolderOptions) -> ImageData:
    """Load the images of a folder; says in a line what is left out, and in another that it streams."""
    root = _root(options.path)
    faults = Faults(root)
    layout = read_layout(root, faults)
    files, headers = read_headers(root, layout.files, faults)
    if not files:
        raise DataError(f"{faults}: no image remains")
    form = _form(root, files, headers, options)
    files = _divided(without_duplicates(root, files, faults), options)

    size = len(files) * int(np.prod(form.shape))
    stream = size > options.stream_above * _MEGABYTE
    if stream:
        logger.warning(
            "note: %s: %s images stream from their files: in memory they would take %s MB, above "
            "dataset.stream_above=%g",
            *(root, f"{len(files):,}", f"{size / _MEGABYTE:,.0f}", options.stream_above),
        )
    splits = {
        split: read_split(root, [file for file in files if file.split == split], form, faults, stream=stream)
        for split in sorted({file.split for file in files})
    }
    if faults:
        if options.strict:
            raise DataError(f"{faults}: mend or remove them, or leave dataset.strict out")
        logger.warning("warning: %s", faults)
    for label, name in enumerate(layout.class_names):
        if not np.any(splits["train"].labels == label):
            raise DataError(f"{root} has no train image of {name!r} left: add some, or remove that folder")
    return ImageData(**splits, class_names=layout.class_names)


def _root(path: str) -> Path:
    if not path:
        raise ConfigError("no path: name the folder of your images with -s dataset.path=DIR")
    root = Path(path).expanduser()
    if root.is_file():
        raise DataError(f"{root} is a file: name a folder of CLASS/* (an archive must be unpacked first)")
    if not root.is_dir():
        raise DataError(f"no folder {root} (seen from {Path.cwd()}): correct dataset.path")
    return root


def _form(root: Path, files: Sequence[ImageFile], headers: Sequence[Header], options: FolderOptions) -> Form:
    grey = options.color_mode == "grayscale"
    if options.color_mode == "auto":
        grey = all(header.is_grey for header in headers)
    image_size = options.image_size
    if image_size is None:
        sizes = Counter(header.image_size for header in headers)
        image_size = sizes.most_common(1)[0][0]
        for file, header in zip(files, headers, strict=True):
            if header.image_size != image_size:
                raise ConfigError(
                    f"the images of {root} differ in size ({_times(image_size)}, but {file.name} has "
                    f"{_times(header.image_size)}): set the height and width that all are resized to, such "
                    "as -s dataset.image_size=[64,64]"
                )
    return Form(image_size, 1 if grey else 3, options.resize)


def _divided(files: list[ImageFile], options: FolderOptions) -> list[ImageFile]:
    """Return the files with a test split: a stratified part of the train split where there is no other."""
    if any(file.split == "test" for file in files):
        return files
    train = [position for position, file in enumerate(files) if file.split == "train"]
    labels = np.array([files[position].label for position in train], np.int64)
    count = min(max(1, round(options.test_fraction * len(train))), len(train) - 1)
    chosen = stratified_sample(labels, count, np.random.default_rng(options.split_seed))
    test = {train[number] for number in chosen}
    return [file._replace(split="test") if position in test else file for position, file in enumerate(files)]


def _times(image_size: tuple[int, int]) -> str:
    return f"{image_size[0]}×{image_size[1]}"


FOLDER = Dataset(
    name="folder",
    summary="Your own images: PNG, JPEG, BMP, GIF or WebP, a folder a class",
    load=_load,
    options=FolderOptions,
    where="in the folder that you name with -s dataset.path=DIR",
)
