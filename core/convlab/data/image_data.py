"""Labeled images, validated once when they are created."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from convlab.data.image_stream import ImageStream
from convlab.data.source_files import SourceFiles
from convlab.errors import DataError

Images = npt.NDArray[np.uint8] | ImageStream


class Split(NamedTuple):
    """The training, validation or test set of a dataset.

    Attributes:
        images: uint8, shape ``(n, height, width, channels)``, values 0 to 255; an array, or an
            ``ImageStream`` that reads images on demand.
        labels: int64, shape ``(n,)``, values 0 to ``len(class_names) - 1``.
    """

    images: Images
    labels: npt.NDArray[np.int64]

    def take(self, indices: npt.NDArray[np.int64]) -> "Split":
        """Select images and their labels; reads nothing from a stream."""
        images = self.images
        selected = images.take(indices) if isinstance(images, ImageStream) else images[indices]
        return Split(selected, self.labels[indices])


class ImageData:
    """A training set and a test set of labeled images, with the class names.

    Attributes:
        train: the ``Split`` that training and, by default, validation images come from.
        test: the ``Split`` that is evaluated once, at the end of a run.
        validation: the ``Split`` that is evaluated after each epoch, if the dataset has its own.
        class_names: one name per class, in label order.
        files: the files the images were read from, if each image has its own.
    """

    def __init__(
        self,
        *,
        train: tuple[npt.ArrayLike | ImageStream, npt.ArrayLike],
        test: tuple[npt.ArrayLike | ImageStream, npt.ArrayLike],
        class_names: Sequence[str],
        validation: tuple[npt.ArrayLike | ImageStream, npt.ArrayLike] | None = None,
        files: SourceFiles | None = None,
    ) -> None:
        """Validate and store the arrays.

        Args:
            train: images and labels. The images are uint8 of shape ``(n, height, width, channels)``, an array
                or an ``ImageStream``; the labels have any integer dtype and shape ``(n,)`` or ``(n, 1)``.
            test: the test set, in the same form.
            class_names: one name per class.
            validation: a validation set in the same form, used instead of a part of ``train``.
            files: the file of each image, and those that are left out. Images are then identified by the
                content of their files instead of their pixels.

        Raises:
            DataError: an array has the wrong shape, dtype or values.
        """
        self.class_names: tuple[str, ...] = tuple(str(name) for name in class_names)
        if len(self.class_names) < 2:
            raise DataError(
                f"class_names has length {len(self.class_names)}, but a classifier needs at least 2 classes; "
                "name each class"
            )
        repeated = [name for name, count in Counter(self.class_names).items() if count > 1]
        if repeated:
            raise DataError(f"class_names contains {repeated[0]!r} twice; give each class its own name")
        self.train = _check_split("train", train, len(self.class_names))
        self.test = _check_split("test", test, len(self.class_names))
        self.validation = (
            None if validation is None else _check_split("validation", validation, len(self.class_names))
        )
        for name, split in self.splits().items():
            if split.images.shape[1:] != self.train.images.shape[1:]:
                raise DataError(
                    f"train images have shape {self.train.images.shape[1:]}, but {name} images have "
                    f"{split.images.shape[1:]}; give both the same height, width and number of channels"
                )
        self.content_keys: dict[str, npt.NDArray[np.uint64]] = {}  # see content.py
        self.files = files
        if files is not None:
            counts = {name: len(split.labels) for name, split in self.splits().items()}
            named = {name: len(used) for name, used in files.used.items()}
            if counts != named:
                raise DataError(f"files has {named} files, but there are {counts} images; name one per image")

    def splits(self) -> dict[str, Split]:
        """Return ``train``, ``test`` and, if the dataset has one, ``validation``."""
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
            f"ImageData({len(self.train.labels):,} training and {len(self.test.labels):,} test images, "
            f"{height}×{width}×{channels}, {self.num_classes} classes)"
        )


def _check_split(
    name: str, pair: tuple[npt.ArrayLike | ImageStream, npt.ArrayLike], num_classes: int
) -> Split:
    try:
        images, labels = pair
    except (TypeError, ValueError):
        raise DataError(f"{name} must be a pair (images, labels)") from None
    split = Split(
        images if isinstance(images, ImageStream) else _check_images(name, _array(f"{name} images", images)),
        _check_labels(name, _array(f"{name} labels", labels)),
    )
    if len(split.images) != len(split.labels):
        raise DataError(
            f"{name} has {len(split.images)} images but {len(split.labels)} labels; pass one label per image"
        )
    if len(split.labels) == 0:
        raise DataError(f"{name} has no images; pass at least one")
    low, high = int(split.labels.min()), int(split.labels.max())
    if low < 0 or high >= num_classes:
        raise DataError(
            f"{name} labels run from {low} to {high}, but with {num_classes} class names they must lie "
            f"in 0 to {num_classes - 1}; number the classes from 0 and name each one"
        )
    return split


def _array(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError:  # rows of unequal length
        raise DataError(f"{name} differ in shape and do not form an array; give all the same shape") from None


def _check_images(name: str, images: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    if images.dtype != np.uint8:
        raise DataError(
            f"{name} images are {images.dtype} but must be uint8; pass raw pixels from 0 to 255, which "
            "convlab scales inside the model"
        )
    if images.ndim == 3:
        raise DataError(
            f"{name} images have shape {images.shape}, without a channel axis; add it with images[..., None]"
        )
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise DataError(
            f"{name} images have shape {images.shape} but must have (n, height, width, channels); "
            "reshape them, in row-major order"
        )
    return cast("npt.NDArray[np.uint8]", images)


def _check_labels(name: str, labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        hint = "; convert one-hot labels with labels.argmax(axis=1)" if labels.ndim == 2 else ""
        raise DataError(f"{name} labels have shape {labels.shape} but must have (n,){hint}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"{name} labels are {labels.dtype} but must be integers; pass class indices")
    return labels.astype(np.int64, copy=False)
