"""Choosing a part of labelled images that has the same share of each class as the whole."""

import numpy as np
import numpy.typing as npt


def stratified_sample(
    labels: npt.NDArray[np.int64], count: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Choose positions; each class gives its share, rounded by the largest remainder.

    Args:
        labels: shape ``(n,)``, at least one.
        count: how many to choose, 0 to ``n``.
        rng: the same state gives the same choice.

    Returns:
        The chosen positions, ascending, shape ``(count,)``.
    """
    classes, sizes = np.unique(labels, return_counts=True)
    shares = sizes * (count / len(labels))
    taken = np.floor(shares).astype(np.int64)
    most_left_over = np.argsort(taken - shares, kind="stable")
    taken[most_left_over[: count - taken.sum()]] += 1
    chosen = [
        rng.permutation(np.flatnonzero(labels == label))[:number]
        for label, number in zip(classes, taken, strict=True)
    ]
    return np.sort(np.concatenate(chosen))
