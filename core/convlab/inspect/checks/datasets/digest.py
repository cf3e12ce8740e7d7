"""What a dataset loads, in a form that processes can compare."""

from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.data.image_data import ImageData

_SAMPLE = 200


def sample_of(count: int) -> npt.NDArray[np.int64]:
    """Return some indices, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, _SAMPLE), dtype=np.int64))


def digest_of(data: ImageData) -> dict[str, Any]:
    """Return the class names, and digests of all labels and some images of each split, as JSON values."""
    return {
        "class_names": list(data.class_names),
        "splits": {
            name: {
                "labels": _digest(split.labels),
                "images": _digest(np.asarray(split.images[sample_of(len(split.labels))])),
            }
            for name, split in data.splits().items()
        },
    }


def _digest(array: npt.NDArray[Any]) -> str:
    shaped = str(array.shape).encode() + np.ascontiguousarray(array).tobytes()
    return blake2b(shaped, digest_size=16).hexdigest()
