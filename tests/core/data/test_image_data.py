"""Validation of labeled images."""

from typing import Any

import numpy as np
import pytest

from convlab import DataError, ImageData

IMAGES = np.zeros((6, 8, 8, 1), np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2])
NAMES = ("cat", "dog", "horse")
SPLITS = pytest.mark.parametrize("split", ["train", "test"])


def _data(split: str = "train", images: Any = IMAGES, labels: Any = LABELS) -> ImageData:
    """Put images and labels into one split, next to a valid one."""
    pairs: dict[str, Any] = {"train": (IMAGES, LABELS), "test": (IMAGES, LABELS), split: (images, labels)}
    return ImageData(**pairs, class_names=NAMES)


def test_valid_images_are_stored_without_a_copy_and_described() -> None:
    data = ImageData(train=(IMAGES, LABELS), test=(IMAGES[:2], LABELS[:2]), class_names=NAMES)

    assert data.train.images is IMAGES
    assert np.shares_memory(data.train.labels, LABELS)
    assert (data.input_shape, data.num_classes, data.class_names) == ((8, 8, 1), 3, NAMES)
    assert repr(data) == "ImageData(6 training and 2 test images, 8×8×1, 3 classes)"


@SPLITS
@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64, np.uint64])
def test_labels_of_any_integer_dtype_become_int64(split: str, dtype: type) -> None:
    labels = getattr(_data(split, labels=LABELS.astype(dtype)), split).labels

    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, LABELS)


@SPLITS
def test_a_column_of_labels_is_flattened(split: str) -> None:
    np.testing.assert_array_equal(getattr(_data(split, labels=LABELS[:, None]), split).labels, LABELS)


@SPLITS
@pytest.mark.parametrize(
    ("images", "message"),
    [
        (
            IMAGES / np.float32(255),
            r"images are float32 but must be uint8; pass raw pixels from 0 to 255",
        ),
        (IMAGES.astype(np.int64), r"images are int64 but must be uint8"),
        (
            IMAGES[..., 0],
            r"images have shape \(6, 8, 8\), without a channel axis; add it with images\[..., N",
        ),
        (IMAGES.reshape(6, 64), r"images have shape \(6, 64\) but must have \(n, height, .*\); reshape them"),
        (IMAGES[..., None], r"images have shape \(6, 8, 8, 1, 1\) but must have \(n, height, .*\); reshape"),
        (IMAGES[:, :0], r"images have shape \(6, 0, 8, 1\) but must have"),
        ([[[[1]]], [[[1, 2]]]], r"images differ in shape and do not form an array; give all the same shape"),
        (IMAGES[:5], r"has 5 images but 6 labels; pass one label per image"),
    ],
)
def test_invalid_images_are_reported_with_their_split_and_a_fix(
    split: str, images: Any, message: str
) -> None:
    with pytest.raises(DataError, match=rf"^{split} {message}"):
        _data(split, images=images)


@SPLITS
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            np.eye(3)[LABELS],
            r"labels have shape \(6, 3\) but .* one-hot labels with labels.argmax\(axis=1\)",
        ),
        (LABELS[:, None, None], r"labels have shape \(6, 1, 1\) but must have \(n,\)"),
        (LABELS.astype(np.float32), r"labels are float32 but must be integers; pass class indices"),
        (np.array(["cat"] * 6), r"labels are <U3 but must be integers"),
        (LABELS.astype(bool), r"labels are bool but must be integers"),
        (LABELS + 1, r"labels run from 1 to 3, but with 3 class names they must lie in 0 to 2; number the"),
        (LABELS - 1, r"labels run from -1 to 1, but"),
        (np.full(6, 2**64 - 1, np.uint64), r"labels run from -1 to -1, but"),
        ([[0], [1, 2]], r"labels differ in shape and do not form an array; give all the same shape"),
        (LABELS[:4], r"has 6 images but 4 labels; pass one label per image"),
    ],
)
def test_invalid_labels_are_reported_with_their_split_and_a_fix(
    split: str, labels: Any, message: str
) -> None:
    with pytest.raises(DataError, match=rf"^{split} {message}"):
        _data(split, labels=labels)


@SPLITS
def test_an_empty_split_is_refused(split: str) -> None:
    with pytest.raises(DataError, match=rf"^{split} has no images; pass at least one$"):
        _data(split, images=IMAGES[:0], labels=LABELS[:0])


@SPLITS
@pytest.mark.parametrize("pair", [None, (IMAGES,), (IMAGES, LABELS, NAMES)])
def test_a_split_that_is_not_a_pair_is_refused(split: str, pair: Any) -> None:
    pairs: dict[str, Any] = {"train": (IMAGES, LABELS), "test": (IMAGES, LABELS), split: pair}

    with pytest.raises(DataError, match=rf"^{split} must be a pair \(images, labels\)$"):
        ImageData(**pairs, class_names=NAMES)


def test_splits_with_different_image_shapes_are_refused() -> None:
    with pytest.raises(
        DataError, match=r"^train images have shape \(8, 8, 1\), but test images have \(8, 8, 3\); "
    ):
        _data("test", images=np.zeros((6, 8, 8, 3), np.uint8))


@pytest.mark.parametrize("names", [(), ("cat",)])
def test_fewer_than_two_classes_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(
        DataError, match=rf"^class_names has length {len(names)}, but .* at least 2 classes; name each class$"
    ):
        ImageData(train=(IMAGES, LABELS), test=(IMAGES, LABELS), class_names=names)
