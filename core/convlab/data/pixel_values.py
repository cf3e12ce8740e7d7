"""Images as they are handed over in Python, back to raw pixels where that is exact."""

from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.data.image_stream import ImageStream
from convlab.errors import DataError

# Half-precision numbers divided by 255 come back this near to whole ones.
_TOLERANCE = 0.1
_VALUES_AT_ONCE = 2**22


def raw_pixels(name: str, images: npt.NDArray[Any] | ImageStream) -> npt.NDArray[np.uint8] | ImageStream:
    """Return images as uint8 ``(n, height, width, channels)``; ``ImageData`` checks the rest.

    Args:
        name: the split's, for messages.
        images: pixels from 0 to 255 of any type, or these divided by 255; grey ones may lack their channel.

    Raises:
        DataError: the numbers are no pixels, or the channels come first.
    """
    if isinstance(images, ImageStream):
        return images
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim == 4 and images.shape[1] in (1, 3) and images.shape[3] > 4:
        raise DataError(
            f"{name} images have shape {images.shape}, with the channels first: put them last with "
            "np.moveaxis(images, 1, -1)"
        )
    if images.dtype == np.uint8 or images.dtype.kind not in "iuf" or images.size == 0:
        return images
    low, high = images.min(), images.max()
    if images.dtype.kind in "iu":
        if low < 0 or high > 255:
            raise DataError(f"{name} images run from {low} to {high}, but pixels lie in 0 to 255: scale them")
        return images.astype(np.uint8)
    return _rounded(name, images, float(low), float(high))


def _rounded(name: str, images: npt.NDArray[Any], low: float, high: float) -> npt.NDArray[np.uint8]:
    is_fraction = high <= 1
    fix = "(images * 255).round().astype('uint8')" if is_fraction else "images.round().astype('uint8')"
    if not (low >= 0 and high <= 255):  # neither is one that is not a number
        raise DataError(
            f"{name} images are {images.dtype} from {low:g} to {high:g}, but convlab takes raw pixels, 0 to "
            "255, and scales them itself: hand over the images as they were before they were scaled"
        )
    pixels = np.empty(images.shape, np.uint8)
    rows = max(1, _VALUES_AT_ONCE * len(images) // images.size)
    for start in range(0, len(images), rows):
        values = images[start : start + rows].astype(np.float64) * (255 if is_fraction else 1)
        whole = np.rint(values)
        if np.abs(values - whole).max() > _TOLERANCE:
            steps = "multiples of 1/255" if is_fraction else "whole numbers"
            raise DataError(
                f"{name} images are {images.dtype} from {low:g} to {high:g} and no {steps}, but convlab "
                f"takes raw pixels and scales them itself: hand them over unscaled, or round them with {fix}"
            )
        pixels[start : start + rows] = whole
    return pixels
