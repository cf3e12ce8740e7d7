"""Naming the classes with few images, before training."""

import logging
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from convlab.text.formatting import listed

logger = logging.getLogger("convlab")

_RARE_BELOW = 10


def warn_about_rare_classes(
    class_names: tuple[str, ...],
    train: npt.NDArray[np.int64],
    held_out: Mapping[str, npt.NDArray[np.int64]],
) -> None:
    """Log which classes have few training images compared with the others, or none in a held-out set.

    Args:
        class_names: one name per class.
        train: the labels of the images that are trained on.
        held_out: the labels of the validation and test sets, by name.
    """
    counts = np.bincount(train, minlength=len(class_names))
    rare = np.flatnonzero(counts < min(_RARE_BELOW, counts.mean() / 2))
    if len(rare):
        rarest = rare[np.argsort(counts[rare], kind="stable")]
        logger.warning(
            "rare classes: %s with %s training images; the model will hardly learn them",
            listed([class_names[label] for label in rarest]),
            _range(counts[rare]),
        )
    for name, labels in held_out.items():
        missing = np.flatnonzero(np.bincount(labels, minlength=len(class_names)) == 0)
        if len(labels) and len(missing):
            names = listed([class_names[label] for label in missing])
            logger.info("the %s set has no images of %s, so its metrics do not cover them", name, names)


def _range(counts: npt.NDArray[np.int64]) -> str:
    low, high = counts.min(), counts.max()
    return str(low) if low == high else f"{low} to {high}"
