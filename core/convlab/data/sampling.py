"""Stratified sampling of labeled images."""

import numpy as np
import numpy.typing as npt


def stratified_sample(
    labels: npt.NDArray[np.int64], count: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Choose images in proportion to the class sizes, rounded by the largest-remainder method.

    Args:
        labels: shape ``(n,)``, with at least one label.
        count: how many to choose, 0 to ``n``.
        rng: the same state gives the same sample.

    Returns:
        The chosen indices in ascending order, shape ``(count,)``.
    """
    classes, sizes = np.unique(labels, return_counts=True)
    quotas = sizes * (count / len(labels))
    counts = np.floor(quotas).astype(np.int64)
    largest_remainders = np.argsort(counts - quotas, kind="stable")
    counts[largest_remainders[: count - counts.sum()]] += 1
    chosen = [
        rng.permutation(np.flatnonzero(labels == label))[:class_count]
        for label, class_count in zip(classes, counts, strict=True)
    ]
    return np.sort(np.concatenate(chosen))
