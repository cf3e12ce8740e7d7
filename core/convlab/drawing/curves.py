"""Curves over epochs, steps and seconds, of one run and of several."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convlab.drawing.figures import INK, MUTED, SERIES, label, new_figure, plain_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Epochs = Sequence[Mapping[str, Any]]
Point = tuple[float, float]

_NOT_METRICS = ("epoch", "seconds", "images_per_second")
_STYLES = ("-", "--", "-.", ":")
_MOST_MARKERS = 40
_MOST_LEGEND_ROWS = 10


def metric_names(epochs: Epochs) -> list[str]:
    """Return the loss and the metrics of the records, without the prefix of the validation set."""
    names = dict.fromkeys(name.removeprefix("val_") for record in epochs for name in record)
    return [name for name in names if name not in _NOT_METRICS]


def in_words(name: str) -> str:
    """Return the key of a metric as people call it, such as ``validation accuracy``."""
    return f"validation {name[4:]}" if name.startswith("val_") else name


def learning_curves(
    epochs: Epochs, names: Sequence[str] | None = None, *, selected: int | None = None
) -> "Figure":
    """Draw metrics of the training and the validation set over the epochs.

    Args:
        epochs: one record per epoch.
        names: the metrics to draw, each in axes of its own; by default all.
        selected: the epoch whose weights were saved, to be marked.
    """
    names = metric_names(epochs) if names is None else names
    with plain_style():
        figure, axes = new_figure(4.6 * max(len(names), 1), 3.2, columns=max(len(names), 1))
        numbers = [int(record["epoch"]) for record in epochs]
        for axis, name in zip(axes, names, strict=False):
            for key, words, color, style in (
                (name, "training", SERIES[0], "--"),
                (f"val_{name}", "validation", SERIES[1], "-"),
            ):
                if any(key in record for record in epochs):
                    values = [_number(record.get(key)) for record in epochs]
                    axis.plot(numbers, values, style, color=color, label=words, **_markers(numbers))
            if selected is not None and len(numbers) > 1:
                axis.axvline(selected, color=MUTED, linestyle=":", linewidth=1.2, label="saved weights")
            axis.set(title=label(name), xlabel="epoch")
            _whole_numbers(axis)
            axis.legend(labelcolor=INK)
    return figure


def learning_rate_curve(steps: Sequence[int], rates: Sequence[float], *, steps_per_epoch: int) -> "Figure":
    """Draw the learning rate over the epochs."""
    with plain_style():
        figure, (axis,) = new_figure(4.6, 3.2)
        axis.plot([step / steps_per_epoch for step in steps], rates, color=SERIES[0])
        axis.set(title="learning rate", xlabel="epochs done", ylim=(0, None))
        axis.ticklabel_format(axis="y", style="sci", scilimits=(-3, 4))
    return figure


def curves_of_runs(runs: Mapping[str, Epochs], name: str, *, over: str = "epoch") -> "Figure":
    """Draw a metric of several runs over the epochs, or over the seconds of training.

    Args:
        runs: the records of each run, by its label.
        name: the key of the metric, such as ``val_accuracy``.
        over: ``epoch`` or ``seconds``.
    """
    place: Callable[[Epochs], list[float]] = _seconds if over == "seconds" else _epoch_numbers
    with plain_style():
        figure, (axis,) = new_figure(4.6, 3.4)
        looks = itertools.cycle([(color, style) for style in _STYLES for color in SERIES])
        for (run, epochs), (color, style) in zip(runs.items(), looks, strict=False):
            kept = [record for record in epochs if name in record]
            values = [_number(record[name]) for record in kept]
            places = place(kept)
            axis.plot(places, values, style, color=color, label=label(run), **_markers(places))
        axis.set(title=label(in_words(name)), xlabel="seconds of training" if over == "seconds" else "epoch")
        if over == "epoch":
            _whole_numbers(axis)
        if 0 < len(runs) <= _MOST_LEGEND_ROWS:
            axis.legend(labelcolor=INK, fontsize=9)
    return figure


def trade_off(
    points: Mapping[str, Point], *, cost: str, score: str, maximize: bool = True, logarithmic: bool = False
) -> "Figure":
    """Draw the scores of runs against their costs, and connect those that no other run dominates.

    Args:
        points: the cost and the score of each run, by its label.
        cost: the name of the cost, of which less is better.
        score: the name of the score.
        maximize: whether a larger score is better.
        logarithmic: whether the costs are shown on a logarithmic scale.
    """
    from matplotlib.ticker import EngFormatter, LogLocator

    front = pareto_front(points, maximize=maximize)
    with plain_style():
        figure, (axis,) = new_figure(4.6, 3.4)
        ordered = [points[run] for run in front]
        axis.plot(*zip(*ordered, strict=True), color=SERIES[2], linewidth=1.5, label="Pareto front")
        for run, (x, y) in points.items():
            best = run in front
            axis.plot(
                x,
                y,
                marker="o" if best else "X",
                markersize=8,
                color=SERIES[2] if best else MUTED,
                linestyle="none",
            )
            axis.annotate(label(run), (x, y), textcoords="offset points", xytext=(6, 6), fontsize=9)
        if logarithmic and all(x > 0 for x, _ in points.values()):
            axis.set_xscale("log")
            for formatter in (axis.xaxis.set_major_formatter, axis.xaxis.set_minor_formatter):
                formatter(EngFormatter(sep=""))
            axis.tick_params(axis="x", which="both", labelsize=8)
            axis.xaxis.set_minor_locator(LogLocator(subs=(2.0, 5.0)))
        axis.margins(0.2)
        axis.set(xlabel=cost, ylabel=label(score))
    return figure


def pareto_front(points: Mapping[str, Point], *, maximize: bool = True) -> list[str]:
    """Return the runs that no other run dominates, the cheapest first.

    A run dominates another if neither its cost nor its score is worse, and one of them is better.
    """
    sign = -1.0 if maximize else 1.0
    losses = {run: (cost, sign * score) for run, (cost, score) in points.items()}
    front = [
        run
        for run, mine in losses.items()
        if not any(other != mine and other[0] <= mine[0] and other[1] <= mine[1] for other in losses.values())
    ]
    return sorted(front, key=lambda run: losses[run])


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _epoch_numbers(epochs: Epochs) -> list[float]:
    return [float(record["epoch"]) for record in epochs]


def _seconds(epochs: Epochs) -> list[float]:
    return list(itertools.accumulate(float(record.get("seconds") or 0) for record in epochs))


def _markers(places: Sequence[float]) -> dict[str, Any]:
    return {"marker": "o"} if len(places) <= _MOST_MARKERS else {}


def _whole_numbers(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
