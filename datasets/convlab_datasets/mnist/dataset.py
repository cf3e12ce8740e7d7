"""MNIST (LeCun et al., 1998) and Fashion-MNIST (Xiao et al., 2017), which share their file formats."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from convlab import Dataset, DatasetFiles, DatasetManifest, DataSource, ImageData, Split
from convlab_datasets.formats.from_files import image_data_from
from convlab_datasets.formats.idx import read_idx
from convlab_datasets.formats.npz import read_npz
from convlab_datasets.mnist import manifests

_CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def make_loader(
    manifest: DatasetManifest, class_names: tuple[str, ...]
) -> Callable[[DataSource, None], ImageData]:
    """Return the ``load`` function of a dataset published in the layouts of MNIST."""

    def load(source: DataSource, options: None) -> ImageData:
        files = source.obtain(manifest)
        train, test = read_npz(files.place) if len(files.paths) == 1 else _read_idx_files(files)
        return image_data_from(files.place, train, test, class_names)

    return load


def _read_idx_files(files: DatasetFiles) -> tuple[Split, Split]:
    with ThreadPoolExecutor() as pool:  # zlib releases the GIL while it decompresses
        arrays = pool.map(
            lambda array: read_idx(files.file_of(array), 3 if array.endswith("images") else 1),
            manifests.IDX.arrays,
        )
        train_images, train_labels, test_images, test_labels = arrays
    return (
        Split(train_images[..., None], train_labels.astype(np.int64)),
        Split(test_images[..., None], test_labels.astype(np.int64)),
    )


MNIST = Dataset(
    name="mnist",
    summary="Handwritten digits: 70,000 images, 28×28 grayscale, 10 classes",
    load=make_loader(manifests.MNIST, tuple("0123456789")),
    manifest=manifests.MNIST,
)
FASHION_MNIST = Dataset(
    name="fashion_mnist",
    summary="Articles of clothing: 70,000 images, 28×28 grayscale, 10 classes",
    load=make_loader(manifests.FASHION_MNIST, _CLOTHES),
    manifest=manifests.FASHION_MNIST,
)
