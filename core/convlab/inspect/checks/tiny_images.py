"""A small synthetic image dataset that any network can learn."""

import numpy as np

from convlab.data.image_data import ImageData, Split

CLASSES = 4
_TRAIN, _TEST = 160, 40


def tiny_images(input_shape: tuple[int, int, int], *, train: int = _TRAIN, test: int = _TEST) -> ImageData:
    """Return noise images with one bright quarter, which is the class.

    Args:
        input_shape: height, width and channels.
        train: the number of training images.
        test: the number of test images.
    """
    rng = np.random.default_rng(0)
    return ImageData(
        train=_split(rng, train, input_shape),
        test=_split(rng, test, input_shape),
        class_names=("top left", "top right", "bottom left", "bottom right"),
    )


def _split(rng: np.random.Generator, count: int, input_shape: tuple[int, int, int]) -> Split:
    labels = np.arange(count, dtype=np.int64) % CLASSES
    images = rng.integers(0, 128, (count, *input_shape), dtype=np.uint8)
    height, width = input_shape[0] // 2, input_shape[1] // 2
    for image, label in zip(images, labels, strict=True):
        rows = slice(height, None) if label >= 2 else slice(height)
        columns = slice(width, None) if label % 2 else slice(width)
        image[rows, columns] += 127
    return Split(images, labels)
