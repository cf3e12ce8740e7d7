"""Confusion matrices and calibration as figures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from convlab.drawing.figures import INK, MUTED, SERIES, label, new_figure, plain_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_NUMBERS = 20
_MOST_NAMES = 30


def confusion_figure(matrix: npt.NDArray[np.int64], names: Sequence[str]) -> "Figure":
    """Draw a confusion matrix; the shade of a cell is its fraction of the images of the true class.

    Args:
        matrix: ``(num_classes, num_classes)``; rows are true classes, columns predictions.
        names: the class names.
    """
    fractions = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    count = len(names)
    with plain_style():
        size = min(max(4.6, 0.42 * count + 1.6), 9.0)
        figure, (axis,) = new_figure(size, size)
        axis.grid(visible=False)
        axis.imshow(fractions, cmap="Blues", vmin=0, vmax=1)
        if count <= _MOST_NAMES:
            shown = [label(name) for name in names]
            is_short = max(map(len, shown)) <= 3
            axis.set_xticks(range(count), shown, rotation=0 if is_short else 90)
            axis.set_yticks(range(count), shown)
        if count <= _MOST_NUMBERS:
            for row, column in np.argwhere(matrix):
                color = "white" if fractions[row, column] > 0.5 else INK
                text = f"{matrix[row, column]}"
                axis.text(column, row, text, ha="center", va="center", fontsize=8, color=color)
        axis.set(xlabel="predicted class", ylabel="true class")
    return figure


def calibration_figure(
    confidence: npt.NDArray[np.float64],
    accuracy: npt.NDArray[np.float64],
    interval: npt.NDArray[np.float64],
    fraction: npt.NDArray[np.float64],
) -> "Figure":
    """Draw the accuracy of predictions over their confidence, and how many there are of each.

    Args:
        confidence: the mean confidence in each bin, ``(bins,)``; NaN in an empty one.
        accuracy: the accuracy in each bin.
        interval: the lower and the upper end of its interval, ``(2, bins)``.
        fraction: the fraction of the images in each bin.
    """
    with plain_style():
        figure, (axis,) = new_figure(4.6, 3.9)
        bins = len(confidence)
        centers = (np.arange(bins) + 0.5) / bins
        axis.bar(centers, fraction, width=0.9 / bins, color=MUTED, alpha=0.35, label="fraction of images")
        axis.plot([0, 1], [0, 1], color=MUTED, linestyle="--", linewidth=1.2, label="perfectly calibrated")
        known = ~np.isnan(confidence)
        axis.errorbar(
            confidence[known],
            accuracy[known],
            yerr=np.abs(interval - accuracy)[:, known],
            color=SERIES[0],
            elinewidth=1.2,
            marker="o",
            markersize=6,
            label="accuracy, 95% interval",
        )
        axis.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
        figure.legend(labelcolor=INK, fontsize=9, loc="outside lower center", ncols=2)
    return figure
