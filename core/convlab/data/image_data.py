"""Labelled images, checked once when they are put together."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from convlab.data.image_stream import ImageStream
from convlab.errors import DataError

Images = npt.NDArray[np.uint8] | ImageStream


class Split(NamedTuple):
    """One part of a data set.

    Attributes:
        images: uint8, shape ``(n, height, width, channels)``, values 0 to 255; an array, or an
            ``ImageStream`` that is read as it is needed.
        labels: int64, shape ``(n,)``, values 0 to ``len(class_names) - 1``.
    """

    images: Images
    labels: npt.NDArray[np.int64]

    def taken(self, indices: npt.NDArray[np.int64]) -> "Split":
        """Return some of the images with their labels; reads none of a stream."""
        images = self.images
        some = images.take(indices) if isinstance(images, ImageStream) else images[indices]
        return Split(some, self.labels[indices])


class ImageData:
    """A train and a test split of labelled images, with the names of the classes.

    Attributes:
        train: the ``Split`` that training and validation are taken from.
        test: the ``Split`` that is looked at once, at the end of a run.
        validation: the ``Split`` that validates each epoch, where the data set brings one.
        class_names: one name a class, in the order of the labels.
    """

    def __init__(
        self,
        *,
        train: tuple[npt.ArrayLike | ImageStream, npt.ArrayLike],
        test: tuple[npt.ArrayLike | ImageStream, npt.ArrayLike],
        class_names: Sequence[str],
        validation: tuple[npt.ArrayLike | ImageStream, npt.ArrayLike] | None = None,
    ) -> None:
        """Check the arrays and keep them.

        Args:
            train: images and labels; the images uint8 of shape ``(n, height, width, channels)``, an array or
                an ``ImageStream``, the labels of any integer type and of shape ``(n,)`` or ``(n, 1)``.
            test: the same for the test split.
            class_names: one name a class.
            validation: the same for a validation split, which is then used instead of a part of ``train``.

        Raises:
            DataError: an array's shape, type or values are wrong; the message names it.
        """
        self.class_names: tuple[str, ...] = tuple(str(name) for name in class_names)
        if len(self.class_names) < 2:
            raise DataError(
                f"class_names has {len(self.class_names)} names, but a classifier needs at least 2: name each"
            )
        self.train = _checked_split("train", train, len(self.class_names))
        self.test = _checked_split("test", test, len(self.class_names))
        self.validation = (
            None if validation is None else _checked_split("validation", validation, len(self.class_names))
        )
        for name, split in self.splits().items():
            if split.images.shape[1:] != self.train.images.shape[1:]:
                raise DataError(
                    f"train images have shape {self.train.images.shape[1:]} but {name} images have "
                    f"{split.images.shape[1:]}: bring both to one height, width and number of channels"
                )

    def splits(self) -> dict[str, Split]:
        """Return ``train``, ``test`` and, where there is one, ``validation``."""
        splits = {"train": self.train, "test": self.test}
        return splits if self.validation is None else splits | {"validation": self.validation}

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        return cast("tuple[int, int, int]", self.train.images.shape[1:])

    @property
    def num_classes(self) -> int:
        """The number of classes."""
        return len(self.class_names)

    def __repr__(self) -> str:
        height, width, channels = self.input_shape
        return (
            f"ImageData({len(self.train.labels):,} train and {len(self.test.labels):,} test images, "
            f"{height}×{width}×{channels}, {self.num_classes} classes)"
        )


def _checked_split(
    name: str, pair: tuple[npt.ArrayLike | ImageStream, npt.ArrayLike], num_classes: int
) -> Split:
    try:
        images, labels = pair
    except (TypeError, ValueError):
        raise DataError(f"{name} must be a pair (images, labels)") from None
    checked = Split(
        images
        if isinstance(images, ImageStream)
        else _checked_images(name, _array(f"{name} images", images)),
        _checked_labels(name, _array(f"{name} labels", labels)),
    )
    if len(checked.images) != len(checked.labels):
        raise DataError(
            f"{name} has {len(checked.images)} images but {len(checked.labels)} labels: give each image one"
        )
    if len(checked.labels) == 0:
        raise DataError(f"{name} has no images: give it at least one")
    low, high = int(checked.labels.min()), int(checked.labels.max())
    if low < 0 or high >= num_classes:
        raise DataError(
            f"{name} labels run from {low} to {high}, but with {num_classes} class names they must lie "
            f"in 0 to {num_classes - 1}: number the classes from 0, and name each one"
        )
    return checked


def _array(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError:  # rows of unequal length
        raise DataError(f"{name} differ in shape and form no array: bring all to one shape") from None


def _checked_images(name: str, images: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    if images.dtype != np.uint8:
        raise DataError(
            f"{name} images are {images.dtype} but must be uint8, raw pixels from 0 to 255: "
            "convlab scales them inside the model"
        )
    if images.ndim == 3:
        raise DataError(
            f"{name} images have shape {images.shape}, without a channel axis: add it with images[..., None]"
        )
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise DataError(
            f"{name} images have shape {images.shape} but must have (n, height, width, channels): "
            "reshape them, one row of pixels after another"
        )
    return cast("npt.NDArray[np.uint8]", images)


def _checked_labels(name: str, labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        hint = ": turn one-hot rows into numbers with labels.argmax(axis=1)" if labels.ndim == 2 else ""
        raise DataError(f"{name} labels have shape {labels.shape} but must have (n,){hint}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"{name} labels are {labels.dtype} but must be integers: the classes' numbers")
    return labels.astype(np.int64, copy=False)
