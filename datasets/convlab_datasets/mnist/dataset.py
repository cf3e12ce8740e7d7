"""MNIST and Fashion-MNIST, which share their file formats."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from convlab import Dataset, DatasetManifest, DataSource, Found, ImageData, Split
from convlab_datasets.formats.from_files import image_data_from
from convlab_datasets.formats.idx import read_idx
from convlab_datasets.formats.npz import read_npz
from convlab_datasets.mnist import manifest as published
from convlab_datasets.mnist.manifest import IDX

_CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def load_from(
    published: DatasetManifest, class_names: tuple[str, ...]
) -> Callable[[DataSource, None], ImageData]:
    """Return what loads a data set that is published in the layouts of MNIST."""

    def load(source: DataSource, options: None) -> ImageData:
        found = source.obtain(published)
        splits = read_npz(found.place) if len(found.paths) == 1 else _read_idx_files(found)
        return image_data_from(found.place, *splits, class_names)

    return load


def _read_idx_files(found: Found) -> tuple[Split, Split]:
    with ThreadPoolExecutor() as pool:  # zlib lets go of the interpreter while it unpacks
        images_and_labels = pool.map(
            lambda array: read_idx(found.file_of(array), 3 if array.endswith("images") else 1), IDX.arrays
        )
        train_images, train_labels, test_images, test_labels = images_and_labels
    return (
        Split(train_images[..., None], train_labels.astype(np.int64)),
        Split(test_images[..., None], test_labels.astype(np.int64)),
    )


MNIST = Dataset(
    name="mnist",
    summary="Handwritten digits: 70,000 images, 28×28 grey, 10 classes",
    load=load_from(published.MNIST, tuple("0123456789")),
    manifest=published.MNIST,
)
FASHION_MNIST = Dataset(
    name="fashion_mnist",
    summary="Articles of clothing: 70,000 images, 28×28 grey, 10 classes",
    load=load_from(published.FASHION_MNIST, _CLOTHES),
    manifest=published.FASHION_MNIST,
)
