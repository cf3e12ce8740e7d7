"""Images that are read on demand instead of being held in memory."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.errors import ConvlabError, DataError, in_one_line

Indices = npt.NDArray[np.int64]


class ImageStream:
    """Images read by index; accepted wherever an array of images is.

    ``stream[indices]`` and ``stream[first:last]`` read a few images into an array.

    Attributes:
        shape: ``(n, height, width, channels)``.
    """

    dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)
    ndim: ClassVar[int] = 4

    def __init__(
        self, shape: tuple[int, int, int, int], read: Callable[[Indices], npt.NDArray[np.uint8]]
    ) -> None:
        """Create a stream; reads nothing yet.

        Args:
            shape: ``(n, height, width, channels)``.
            read: called with the indices of a batch, int64 ``(k,)``, each from 0 to ``n - 1``; returns those
                images in that order, uint8 ``(k, height, width, channels)``. An index must always give the
                same pixels, or runs are not reproducible. Several threads call it in parallel; releasing the
                GIL, as NumPy, Pillow and file operations do, keeps all cores busy.

        Raises:
            DataError: the shape is not that of a batch of images.
        """
        if len(shape) != 4 or any(size < 1 for size in shape[1:]) or shape[0] < 0:
            raise DataError(f"ImageStream shape must be (n, height, width, channels), got {shape}")
        self.shape = shape
        self._read = read
        self._indices = np.arange(shape[0])

    @property
    def nbytes(self) -> int:
        """The size in bytes of all images in memory."""
        return int(np.prod(self.shape, dtype=np.int64))

    def take(self, indices: Indices) -> "ImageStream":
        """Return a stream of a selection of the images; reads nothing."""
        selected = self._indices[indices]
        stream = ImageStream((len(selected), *self.shape[1:]), self._read)
        stream._indices = selected
        return stream

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: slice | npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        indices = self._indices[key]
        try:
            images: object = self._read(indices)
        except ConvlabError:
            raise
        except Exception as error:
            raise DataError(f"ImageStream read failed: {in_one_line(error)}") from error
        expected = (len(indices), *self.shape[1:])
        if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.shape != expected:
            raise DataError(
                f"ImageStream read must return uint8 of shape {expected}, got {_describe(images)}"
            )
        return images

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Read all images into memory, as ``numpy.asarray(stream)`` does."""
        return self[:].astype(dtype or self.dtype, copy=False)

    def __repr__(self) -> str:
        return f"ImageStream(shape={self.shape})"


def _describe(images: object) -> str:
    if isinstance(images, np.ndarray):
        return f"{images.dtype} of shape {images.shape}"
    return type(images).__name__
