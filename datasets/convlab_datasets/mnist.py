"""MNIST and Fashion-MNIST, which share their file formats."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convlab import DataError, Dataset, DataSource, ImageData, Split
from convlab_datasets.from_files import image_data_from
from convlab_datasets.idx import read_idx
from convlab_datasets.keras_download import download

_IDX_NAMES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def _load_from(
    *, folders: tuple[str, ...], archive: str | None, cached: str, class_names: tuple[str, ...]
) -> Callable[[DataSource, None], ImageData]:
    def load(source: DataSource, options: None) -> ImageData:
        for place in source.places(*folders):
            found = _idx_files(place) or (_npz_file(place / archive) if archive else None)
            if found is not None:
                return image_data_from(place, *found, class_names)
        wanted = "train-images-idx3-ubyte.gz and its three companions"
        if archive:
            wanted += f", or {archive},"
        train, test = download(folders[0], source, wanted=wanted, folder=folders[0], cached=cached)
        return ImageData(
            train=(train[0][..., None], train[1]), test=(test[0][..., None], test[1]), class_names=class_names
        )

    return load


def _idx_files(place: Path) -> tuple[Split, Split] | None:
    """Read the four IDX files of a folder; ``None`` where there is none of them."""
    paths = {name: _plain_or_gzipped(place / name) for names in _IDX_NAMES.values() for name in names}
    if not any(paths.values()):
        return None
    missing = [name for name, path in paths.items() if path is None]
    if missing:
        raise DataError(
            f"{place} has some of the IDX files but lacks {', '.join(missing)}: "
            "add them, or delete the others"
        )

    def split(names: tuple[str, str]) -> Split:
        images, labels = (paths[name] for name in names)
        assert images is not None
        assert labels is not None
        return Split(read_idx(images, 3)[..., None], read_idx(labels, 1).astype(np.int64))

    return split(_IDX_NAMES["train"]), split(_IDX_NAMES["test"])


def _plain_or_gzipped(path: Path) -> Path | None:
    for candidate in (path, path.with_name(f"{path.name}.gz")):
        if candidate.is_file():
            return candidate
    return None


def _npz_file(path: Path) -> tuple[Split, Split] | None:
    """Read the archive that Keras distributes; ``None`` where there is none."""
    if not path.is_file():
        return None

    def split(part: str) -> Split:
        images: npt.NDArray[np.uint8] = arrays[f"x_{part}"]
        return Split(images[..., None], arrays[f"y_{part}"])

    try:
        with np.load(path, allow_pickle=False) as arrays:
            return split("train"), split("test")
    except Exception as error:  # zip, zlib, NumPy and missing keys each raise their own
        raise DataError(
            f"{path} is damaged ({type(error).__name__}: {error}): delete it and get it again"
        ) from error


MNIST = Dataset(
    name="mnist",
    summary="Handwritten digits: 70,000 images, 28×28 grey, 10 classes",
    load=_load_from(
        folders=("mnist", "MNIST"), archive="mnist.npz", cached="mnist.npz", class_names=tuple("0123456789")
    ),
)
FASHION_MNIST = Dataset(
    name="fashion_mnist",
    summary="Articles of clothing: 70,000 images, 28×28 grey, 10 classes",
    load=_load_from(
        folders=("fashion_mnist", "fashion-mnist"), archive=None, cached="fashion-mnist", class_names=_CLOTHES
    ),
)
