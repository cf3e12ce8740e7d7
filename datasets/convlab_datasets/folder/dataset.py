"""The dataset ``folder``: the user's own images, in one folder per class."""

import logging
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convlab import (
    ConfigError,
    DataError,
    Dataset,
    DataSource,
    ImageData,
    ImageHeader,
    ImageReader,
    SourceFile,
    SourceFiles,
    Split,
    hold_out,
)
from convlab_datasets.folder.duplicates import without_duplicates
from convlab_datasets.folder.faults import Faults
from convlab_datasets.folder.images import read_headers, read_split
from convlab_datasets.folder.layout import ImageFile, read_layout
from convlab_datasets.folder.options import FolderOptions

_BYTES_PER_MEGABYTE = 10**6
logger = logging.getLogger("convlab")


def _load(source: DataSource, options: FolderOptions) -> ImageData:
    """Load the images of a folder; logs which files are skipped, and whether the images are streamed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about large images and invalid metadata
        root = _root(options.path)
        faults = Faults(root)
        try:
            return _read(root, options, faults, for_evaluation=bool(source and source.for_evaluation))
        except DataError as error:
            error.left_out = faults.left_out()
            raise


def _read(root: Path, options: FolderOptions, faults: Faults, *, for_evaluation: bool) -> ImageData:
    layout = read_layout(root, faults)
    files, headers = read_headers(root, layout.files, faults)
    if not files:
        raise DataError(f"{faults}; no image remains")
    reader = _reader(root, files, headers, options)
    files = without_duplicates(files, faults)
    has_test_set = any(file.split == "test" for file in files)
    if for_evaluation and not has_test_set:
        files = [file._replace(split="test") for file in files]
    elif not has_test_set:
        files = _with_test_set(root, files, options)

    size = len(files) * int(np.prod(reader.shape))
    stream = size > options.stream_above * _BYTES_PER_MEGABYTE
    if stream:
        logger.info(
            "%s: streaming %s images from disk, since they need %s MB of memory "
            "(`dataset_options.stream_above` = %g)",
            *(root, f"{len(files):,}", f"{size / _BYTES_PER_MEGABYTE:,.0f}", options.stream_above),
        )
    splits: dict[str, Split] = {}
    used = {}
    for split in sorted({file.split for file in files}):
        splits[split], decoded = read_split(
            root, [file for file in files if file.split == split], reader, faults, stream=stream
        )
        used[split] = tuple(SourceFile(file.name, file.sha256) for file in decoded)
    if faults:
        if options.strict:
            raise DataError(f"{faults}; fix or remove them, or set `dataset_options.strict` to false")
        logger.warning("%s", faults)
    if for_evaluation and not has_test_set:
        splits["train"], used["train"] = splits["test"], used["test"]
    for label, name in enumerate(layout.class_names):
        if not np.any(splits["train"].labels == label):
            raise DataError(
                f"{root} has no training images of class {name!r} left; add some, or remove that folder"
            )
    return ImageData(
        **splits,
        class_names=layout.class_names,
        files=SourceFiles(root=root, used=used, left_out=faults.left_out()),
    )


def _root(path: str) -> Path:
    if not path:
        raise ConfigError("no folder given; set `dataset_options.path` to the folder of your images")
    root = Path(path).expanduser()
    if root.is_file():
        raise DataError(
            f"{root} is a file; set `dataset_options.path` to a folder of CLASS/* (unpack an archive first)"
        )
    if not root.is_dir():
        raise DataError(f"{root} does not exist (in {Path.cwd()}); correct `dataset_options.path`")
    return root


def _reader(
    root: Path, files: Sequence[ImageFile], headers: Sequence[ImageHeader], options: FolderOptions
) -> ImageReader:
    grayscale = options.color_mode == "grayscale"
    if options.color_mode == "auto":
        grayscale = all(header.is_grayscale for header in headers)
    image_size = options.image_size
    if image_size is None:
        sizes = Counter(header.image_size for header in headers)
        image_size = sizes.most_common(1)[0][0]
        for file, header in zip(files, headers, strict=True):
            if header.image_size != image_size:
                raise ConfigError(
                    f"the images in {root} differ in size ({_format_size(image_size)}, but {file.name} is "
                    f"{_format_size(header.image_size)}); set `dataset_options.image_size` to the height and "
                    "width to resize them to, such as [64, 64]"
                )
    return ImageReader(shape=(*image_size, 1 if grayscale else 3), resize=options.resize)


def _with_test_set(root: Path, files: list[ImageFile], options: FolderOptions) -> list[ImageFile]:
    """Move a part of the training files to the test set."""
    train = [position for position, file in enumerate(files) if file.split == "train"]
    labels = np.array([files[position].label for position in train], np.int64)
    digests = [files[position].sha256 for position in train]
    chosen = hold_out(labels, digests, options.test_fraction, seed=options.split_seed)
    if not len(chosen):
        raise DataError(
            f"{root} has no class with a second image for a test set; add images, or a test folder"
        )
    test = {train[index] for index in chosen}
    return [file._replace(split="test") if position in test else file for position, file in enumerate(files)]


def _format_size(image_size: tuple[int, int]) -> str:
    return f"{image_size[0]}×{image_size[1]}"


FOLDER = Dataset(
    name="folder",
    summary="Your own images: PNG, JPEG, TIFF, WebP and others, one folder per class",
    load=_load,
    options=FolderOptions,
    where="the folder given as dataset.path",
)
