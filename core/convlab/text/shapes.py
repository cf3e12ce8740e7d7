"""The shape of an image, as people write it."""

from collections.abc import Iterable


def in_pixels(shape: Iterable[int]) -> str:
    """Return a shape such as ``28×28×1``."""
    return "×".join(map(str, shape))
