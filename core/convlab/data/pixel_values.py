"""Conversion of image arrays to raw pixels, if that is exact."""

from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.data.image_stream import ImageStream
from convlab.errors import DataError

# Half-precision values divided by 255 are this close to integers once they are multiplied again.
_TOLERANCE = 0.1
_VALUES_PER_CHUNK = 2**22


def raw_pixels(name: str, images: npt.NDArray[Any] | ImageStream) -> npt.NDArray[np.uint8] | ImageStream:
    """Return images as uint8 ``(n, height, width, channels)``; ``ImageData`` checks the rest.

    Args:
        name: the split, for messages.
        images: pixels from 0 to 255 in any dtype, or those values divided by 255; grayscale images may lack
            the channel axis.

    Raises:
        DataError: the values are not pixels, or the channels come first.
    """
    if isinstance(images, ImageStream):
        return images
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim == 4 and images.shape[1] in (1, 3) and images.shape[3] > 4:
        raise DataError(
            f"{name} images have shape {images.shape}, with the channels first; move them last with "
            "np.moveaxis(images, 1, -1)"
        )
    if images.dtype == np.uint8 or images.dtype.kind not in "iuf" or images.size == 0:
        return images
    low, high = images.min(), images.max()
    if images.dtype.kind in "iu":
        if low < 0 or high > 255:
            raise DataError(f"{name} images range from {low} to {high}; rescale them to pixels from 0 to 255")
        return images.astype(np.uint8)
    return _round(name, images, float(low), float(high))


def _round(name: str, images: npt.NDArray[Any], low: float, high: float) -> npt.NDArray[np.uint8]:
    is_fraction = high <= 1
    if not (low >= 0 and high <= 255):  # also true if one of them is NaN
        raise DataError(
            f"{name} images are {images.dtype} from {low:g} to {high:g}, but convlab expects raw pixels from "
            "0 to 255 and scales them itself; pass the images before scaling"
        )
    pixels = np.empty(images.shape, np.uint8)
    rows = max(1, _VALUES_PER_CHUNK * len(images) // images.size)
    for start in range(0, len(images), rows):
        values = images[start : start + rows].astype(np.float64) * (255 if is_fraction else 1)
        rounded = np.rint(values)
        if np.abs(values - rounded).max() > _TOLERANCE:
            wanted = "multiples of 1/255" if is_fraction else "integers"
            scaled = "(images * 255)" if is_fraction else "images"
            raise DataError(
                f"{name} images are {images.dtype} from {low:g} to {high:g} but not {wanted}, while convlab "
                "expects raw pixels and scales them itself; pass the images before scaling, or round them "
                f"with {scaled}.round().astype('uint8')"
            )
        pixels[start : start + rows] = rounded
    return pixels
