"""Images that are read as they are needed, instead of sitting in memory."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.errors import ConvlabError, DataError

Indices = npt.NDArray[np.int64]


class ImageStream:
    """Images by their numbers; stands wherever an array of images would.

    ``stream[indices]`` and ``stream[first:last]`` read a few of them into an array.

    Attributes:
        shape: ``(n, height, width, channels)``.
    """

    dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)
    ndim: ClassVar[int] = 4

    def __init__(
        self, shape: tuple[int, int, int, int], read: Callable[[Indices], npt.NDArray[np.uint8]]
    ) -> None:
        """Keep what reads the images.

        Args:
            shape: ``(n, height, width, channels)``.
            read: called with the numbers of a batch's images, int64 ``(k,)``, each from 0 to ``n - 1``;
                returns them in that order, uint8 ``(k, height, width, channels)``. A number must mean the
                same pixels at each call: order, and so the run, would not repeat otherwise. It is called in
                several threads at once; one that lets go of the interpreter, as NumPy, Pillow and file
                operations do, keeps all cores busy.

        Raises:
            DataError: the shape is none of images.
        """
        if len(shape) != 4 or any(size < 1 for size in shape[1:]) or shape[0] < 0:
            raise DataError(f"an ImageStream of shape {shape} must have (n, height, width, channels)")
        self.shape = shape
        self._read = read
        self._numbers = np.arange(shape[0])

    @property
    def nbytes(self) -> int:
        """The bytes that all images would take in memory."""
        return int(np.prod(self.shape, dtype=np.int64))

    def take(self, indices: Indices) -> "ImageStream":
        """Return a stream of some of the images; reads none."""
        numbers = self._numbers[indices]
        part = ImageStream((len(numbers), *self.shape[1:]), self._read)
        part._numbers = numbers
        return part

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, some: slice | npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        numbers = self._numbers[some]
        try:
            images: object = self._read(numbers)
        except ConvlabError:
            raise
        except Exception as error:
            raise DataError(f"an ImageStream's read failed: {type(error).__name__}: {error}") from error
        expected = (len(numbers), *self.shape[1:])
        if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.shape != expected:
            raise DataError(
                f"an ImageStream's read must return uint8 of shape {expected}, not {_form(images)}"
            )
        return images

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Read all images into memory: what ``numpy.asarray(stream)`` does."""
        return self[:].astype(dtype or self.dtype, copy=False)

    def __repr__(self) -> str:
        return f"ImageStream(shape={self.shape})"


def _form(images: object) -> str:
    if isinstance(images, np.ndarray):
        return f"{images.dtype} of shape {images.shape}"
    return type(images).__name__
