"""Scores of arms and of trials as figures."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convlab.drawing.figures import INK, MUTED, SERIES, label, new_figure, plain_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 3


def arms_figure(
    arms: Mapping[str, tuple[npt.NDArray[np.float64], float, float, float]], score: str
) -> "Figure":
    """Draw the score of each run, and the mean of each arm with its interval.

    Args:
        arms: the scores of the runs, their mean and the ends of its interval, by the arm.
        score: the name of the score.
    """
    with plain_style():
        figure, (axis,) = new_figure(6.4, 1.0 + 0.5 * len(arms))
        for row, (scores, mean, low, high) in enumerate(arms.values()):
            color = SERIES[row % len(SERIES)]
            axis.plot(scores, np.full(len(scores), row), "o", color=color, markersize=5, alpha=0.5)
            if np.isfinite([low, high]).all():
                axis.plot([low, high], [row, row], color=color)
            axis.plot(mean, row, "|", color=color, markersize=16, markeredgewidth=2)
        axis.set_yticks(range(len(arms)), [label(arm) for arm in arms])
        axis.set_ylim(len(arms) - 0.5, -0.5)
        axis.tick_params(axis="y", labelcolor=INK)
        axis.set(xlabel=score)
    return figure


def trials_figure(
    values: Mapping[str, Sequence[Any]],
    scores: Sequence[float],
    score: str,
    *,
    best: int,
    logarithmic: Sequence[str] = (),
) -> "Figure":
    """Draw the scores of trials against each setting.

    Args:
        values: the value of each trial, by the setting; what is not a number is drawn as a category.
        scores: of the trials.
        score: the name of the score.
        best: the position of the best trial, to be marked.
        logarithmic: the settings that are drawn on a logarithmic scale.
    """
    columns = min(len(values), _COLUMNS)
    rows = -(-len(values) // columns)
    with plain_style():
        figure, axes = new_figure(3.4 * columns, 3.0 * rows, rows=rows, columns=columns)
        for axis, (key, found) in zip(axes, values.items(), strict=False):
            is_number = all(isinstance(value, int | float) and type(value) is not bool for value in found)
            places = list(found) if is_number else [label(value) for value in found]
            axis.plot(places, scores, "o", color=SERIES[0], markersize=6)
            axis.plot(places[best], scores[best], "o", color=SERIES[1], markersize=9, label="best")
            if key in logarithmic:
                axis.set_xscale("log")
                axis.xaxis.set_major_formatter("{x:g}")
                axis.xaxis.set_minor_formatter("")
            axis.set(xlabel=label(key), ylabel=label(score))
            axis.margins(0.1)
        for axis in axes[len(values) :]:
            axis.set_axis_off()
        axes[0].legend(labelcolor=INK)
        axes[0].tick_params(colors=MUTED)
    return figure
