"""scikit-learn's digits."""

from collections.abc import Callable

import numpy as np
from sklearn.datasets import load_digits

from convlab import ImageData

Load = Callable[..., ImageData]


def test_digits_are_scikit_learns_scaled_to_bytes(load: Load) -> None:
    data = load("digits")

    published = load_digits()
    images = np.concatenate([data.train.images, data.test.images])[..., 0]
    labels = np.concatenate([data.train.labels, data.test.labels])
    assert (images.shape, images.dtype) == ((1797, 8, 8), np.dtype(np.uint8))
    assert (images.min(), images.max()) == (0, 255)
    loaded = {(label, image.tobytes()) for image, label in zip(images, labels, strict=True)}
    for image, label in zip(published.images, published.target, strict=True):
        assert (label, np.rint(image / 16 * 255).astype(np.uint8).tobytes()) in loaded
    assert len(loaded) == 1797  # all different, so no image is in both splits


def test_the_test_set_of_digits_is_a_fifth_of_each_class(load: Load) -> None:
    data = load("digits")

    counts = np.bincount(load_digits().target)
    np.testing.assert_array_equal(np.bincount(data.test.labels), np.rint(counts / 5))
    np.testing.assert_array_equal(np.bincount(data.train.labels), counts - np.rint(counts / 5))


def test_the_test_set_of_digits_never_changes(load: Load) -> None:
    np.random.seed(1)
    first = load("digits")
    np.random.seed(2)
    second = load("digits")

    np.testing.assert_array_equal(first.test.images, second.test.images)
    # Results on another split would not be comparable.
    assert first.test.labels[:20].tolist() == [5, 8, 8, 9, 5, 0, 7, 1, 7, 7, 5, 5, 2, 1, 3, 9, 1, 7, 2, 7]
