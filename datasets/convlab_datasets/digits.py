"""The handwritten digits included with scikit-learn, which need no download."""

import numpy as np

from convlab import Dataset, DatasetManifest, DataSource, ImageData

# The split is part of the dataset and does not depend on the seed of a run.
_SPLIT_SEED = 1797
_TEST_FRACTION = 0.2


def _load(source: DataSource, options: None) -> ImageData:
    """Load 1,797 images, 8×8, in 10 classes; a fifth of each class is the test set.

    A pixel counts the dark points of a 4×4 square, 0 to 16; the values are scaled to 0 to 255.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)[..., None]
    labels = digits.target.astype(np.int64)
    rng = np.random.default_rng(_SPLIT_SEED)
    test = np.concatenate(
        [
            rng.permutation(members)[: round(len(members) * _TEST_FRACTION)]
            for members in (np.flatnonzero(labels == digit) for digit in range(10))
        ]
    )
    is_test = np.isin(np.arange(len(labels)), test)
    return ImageData(
        train=(images[~is_test], labels[~is_test]),
        test=(images[is_test], labels[is_test]),
        class_names=[str(digit) for digit in range(10)],
    )


DIGITS = Dataset(
    name="digits",
    summary="scikit-learn's handwritten digits: 1,797 images, 8×8 grayscale, 10 classes",
    load=_load,
    manifest=DatasetManifest(
        name="digits",
        input_shape=(8, 8, 1),
        train_per_class=(142, 146, 142, 146, 145, 146, 145, 143, 139, 144),
        test_per_class=(36, 36, 35, 37, 36, 36, 36, 36, 35, 36),
        sha256={
            "train.images": "7e5a14d34f3ff6d1e37278da6bd0f293a86bfe950e57a4a6414b9fcc3d186fe5",
            "train.labels": "794abd9ff31cbf24e9661aad11785bf56f1bb91114b762d3ca9624ac30bd8d66",
            "test.images": "233fde7b24ee8587deffe96903694b6b00411e44b47231c8bbd219113730c827",
            "test.labels": "28ffd4590503e9920e6cd2d163e7ce2de9f5a36f565c8171e110e2e4018b2866",
        },
    ),
)
