"""The user's own NumPy arrays, as loaded by ``keras.datasets`` or made in a notebook."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from convlab.data.image_data import ImageData
from convlab.data.image_stream import ImageStream
from convlab.data.labels import encode_labels
from convlab.data.pixel_values import raw_pixels
from convlab.data.split import hold_out
from convlab.errors import DataError

Pair = tuple[Any, Any]
Data = ImageData | Pair | tuple[Pair, Pair]


def arrays(
    train: Pair,
    test: Pair | None = None,
    *,
    validation: Pair | None = None,
    class_names: Sequence[str] | None = None,
    test_fraction: float = 0.2,
    seed: int = 0,
) -> ImageData:
    """Turn arrays of images and labels into a dataset to train on.

    Args:
        train: images of shape ``(n, height, width, channels)``, or ``(n, height, width)`` if they are
            grayscale, and labels of shape ``(n,)`` or ``(n, 1)``. Pixels are 0 to 255 in any dtype, or those
            values divided by 255, which is reversed exactly. Labels are integers or text.
        test: the test set, in the same form. By default a part of ``train``, chosen by ``hold_out``.
        validation: the validation set, in the same form. By default each run holds out a part of ``train``.
        class_names: one name per class; integer labels then run from 0. By default the labels that occur in
            ``train``, in numerical or alphabetical order.
        test_fraction: the fraction of each class of ``train`` used as the test set if ``test`` is not given.
        seed: selects the images of that test set.

    Raises:
        DataError: an array has the wrong shape, dtype or values.

    Example::

        import keras
        from convlab import arrays, run

        (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
        run(data=arrays((x_train, y_train), (x_test, y_test), class_names=[...]))
    """
    given = {"train": train, "test": test, "validation": validation}
    pairs = {name: _check_pair(name, pair) for name, pair in given.items() if pair is not None}
    labels, names = encode_labels({name: labels for name, (_, labels) in pairs.items()}, class_names)
    splits: dict[str, Any] = {
        name: (raw_pixels(name, images), labels[name]) for name, (images, _) in pairs.items()
    }
    if "test" in splits:
        return ImageData(**splits, class_names=names)
    whole = ImageData(**splits, test=splits["train"], class_names=names).train
    if not 0 < test_fraction < 1:
        raise DataError(f"`test_fraction` is {test_fraction}, but must be between 0 and 1")
    chosen = hold_out(whole.labels, whole.images, test_fraction, seed=seed)
    if not len(chosen):
        raise DataError("no class has a second image for a test set; pass `test`, or more images")
    others = np.delete(np.arange(len(whole.labels)), chosen)
    splits["train"], splits["test"] = whole.take(others), whole.take(chosen)
    return ImageData(**splits, class_names=names)


def as_image_data(data: Data) -> ImageData:
    """Convert the argument of ``run(data=...)``: ``ImageData``, one pair, or a training and a test pair.

    Raises:
        DataError: it is none of these, or its arrays are invalid.
    """
    if isinstance(data, ImageData):
        return data
    if not isinstance(data, tuple) or len(data) != 2:
        raise DataError(
            "`data` must be (images, labels), ((train images, train labels), (test images, test labels)) or "
            f"ImageData, got {_describe(data)}"
        )
    first, second = data
    if isinstance(first, tuple) and isinstance(second, tuple):
        return arrays(first, second)
    return arrays(cast("Pair", data))


def _check_pair(name: str, pair: Any) -> Pair:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise DataError(f"{name} must be a pair (images, labels), got {_describe(pair)}")
    images, labels = pair
    return images if isinstance(images, ImageStream) else np.asarray(images), labels


def _describe(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return type(value).__name__
