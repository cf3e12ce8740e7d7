"""People's own NumPy arrays, as they come from ``keras.datasets`` or a notebook."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from convlab.data.image_data import ImageData
from convlab.data.image_stream import ImageStream
from convlab.data.pixel_values import raw_pixels
from convlab.data.sampling import stratified_sample
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
    """Return arrays of images and labels as data to train on.

    Args:
        train: images ``(n, height, width, channels)``, or ``(n, height, width)`` in grey, and labels ``(n,)``
            or ``(n, 1)``. Images are pixels from 0 to 255, of any type, or these divided by 255, which is
            undone exactly. Labels are numbers from 0, or text.
        test: the same for the test split; by default a stratified part of ``train``.
        validation: the same for a validation split; by default each run holds out a part of ``train``.
        class_names: one name a class; by default the numbers, or the texts in alphabetical order.
        test_fraction: how much of ``train`` is the test split where there is no other.
        seed: decides which images these are.

    Raises:
        DataError: an array's shape, type or values are wrong; says what to do.

    Example::

        import keras
        from convlab import arrays, run

        (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
        run(data=arrays((x_train, y_train), (x_test, y_test), class_names=[...]))
    """
    given = {"train": train, "test": test, "validation": validation}
    splits = {name: _checked_pair(name, pair) for name, pair in given.items() if pair is not None}
    names, numbers = _numbered({name: labels for name, (_, labels) in splits.items()}, class_names)
    pixels = {name: raw_pixels(name, images) for name, (images, _) in splits.items()}
    parts = {name: (pixels[name], numbers[name]) for name in splits}
    if "test" in parts:
        return ImageData(**parts, class_names=names)
    whole = ImageData(**parts, test=parts["train"], class_names=names).train
    if not 0 < test_fraction < 1:
        raise DataError(f"test_fraction is {test_fraction} but must lie between 0 and 1")
    count = min(max(1, round(test_fraction * len(whole.labels))), len(whole.labels) - 1)
    chosen = stratified_sample(whole.labels, count, np.random.default_rng(seed))
    others = np.delete(np.arange(len(whole.labels)), chosen)
    parts["train"], parts["test"] = whole.taken(others), whole.taken(chosen)
    return ImageData(**parts, class_names=names)


def as_image_data(data: Data) -> ImageData:
    """Return what ``run(data=…)`` was given: ``ImageData``, a pair, or a train and a test pair.

    Raises:
        DataError: it is none of these, or its arrays are wrong.
    """
    if isinstance(data, ImageData):
        return data
    if not isinstance(data, tuple) or len(data) != 2:
        raise DataError(
            f"data is {_described(data)}, but must be (images, labels), ((images, labels), (images, labels)) "
            "for a train and a test split, or ImageData"
        )
    first, second = data
    if isinstance(first, tuple) and isinstance(second, tuple):
        return arrays(first, second)
    return arrays(cast("Pair", data))


def _checked_pair(name: str, pair: Any) -> Pair:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise DataError(f"{name} is {_described(pair)}, but must be a pair (images, labels)")
    images, labels = pair
    return images if isinstance(images, ImageStream) else np.asarray(images), np.asarray(labels)


def _numbered(
    labels: dict[str, npt.NDArray[Any]], class_names: Sequence[str] | None
) -> tuple[tuple[str, ...], dict[str, npt.NDArray[Any]]]:
    """Return the names of the classes, and each split's labels as their numbers."""
    if any(values.dtype.kind in "OSU" for values in labels.values()):
        texts = {split: values.reshape(-1).astype(str) for split, values in labels.items()}
        names = tuple(np.unique(texts["train"]).tolist()) if class_names is None else tuple(class_names)
        number = {name: label for label, name in enumerate(names)}
        for split, values in texts.items():
            if unknown := set(values.tolist()) - set(names):
                raise DataError(f"{split} has the label {min(unknown)!r}, which class_names lacks: name each")
        return names, {
            split: np.array([number[text] for text in values.tolist()], np.int64)
            for split, values in texts.items()
        }
    if class_names is None:
        numbers = [values for values in labels.values() if values.size and values.dtype.kind in "iu"]
        highest = max([1, *(int(values.max()) for values in numbers)])
        class_names = [str(label) for label in range(highest + 1)]
    return tuple(class_names), labels


def _described(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return f"of type {type(value).__name__}"
