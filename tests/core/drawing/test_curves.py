"""Curves show the numbers that they are given."""

import math
from typing import Any

import numpy as np
import pytest

from convlab.drawing.curves import (
    curves_of_runs,
    learning_curves,
    learning_rate_curve,
    pareto_front,
    trade_off,
)

EPOCHS: list[dict[str, Any]] = [
    {"epoch": 1, "seconds": 2.0, "images_per_second": 9.0, "loss": 0.9, "val_loss": 1.1, "accuracy": 0.5},
    {"epoch": 2, "seconds": 3.0, "images_per_second": 9.0, "loss": None, "val_loss": 0.8, "accuracy": 0.75},
]


def x_of(line: Any) -> list[float]:
    return [float(value) for value in np.asarray(line.get_xdata())]


def y_of(line: Any) -> list[float]:
    return [float(value) for value in np.asarray(line.get_ydata())]


def test_each_metric_has_a_curve_of_the_training_and_one_of_the_validation_set() -> None:
    loss, accuracy = learning_curves(EPOCHS).axes
    training, validation = loss.get_lines()
    assert x_of(training) == [1, 2]
    assert y_of(training)[0] == 0.9
    assert math.isnan(y_of(training)[1]), "a loss that was not finite is a gap"
    assert y_of(validation) == [1.1, 0.8]
    assert [y_of(line) for line in accuracy.get_lines()] == [[0.5, 0.75]]


def test_runs_are_drawn_over_epochs_or_seconds() -> None:
    (axis,) = curves_of_runs({"_hidden": EPOCHS, "b": EPOCHS[:1]}, "val_loss", over="seconds").axes
    assert [x_of(line) for line in axis.get_lines()] == [[2, 5], [2]]
    legend = axis.get_legend()
    assert legend is not None
    names = [text.get_text().strip() for text in legend.get_texts()]
    assert names == ["_hidden", "b"], "a legend must not hide names that start with an underscore"


def test_learning_rates_are_drawn_over_epochs() -> None:
    (line,) = learning_rate_curve([0, 5, 10], [0.1, 0.2, 0.3], steps_per_epoch=10).axes[0].get_lines()
    assert (x_of(line), y_of(line)) == ([0, 0.5, 1], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ({"a": (1, 0.5), "b": (2, 0.9), "c": (3, 0.8)}, ["a", "b"]),
        ({"a": (1, 0.9), "b": (2, 0.9)}, ["a"]),
        ({"a": (1, 0.9), "b": (1, 0.9)}, ["a", "b"]),  # neither is better
        ({"b": (1, 0.9), "a": (1, 0.8)}, ["b"]),
        ({"only": (1, 0.1)}, ["only"]),
    ],
)
def test_the_pareto_front_has_the_runs_that_no_other_dominates(
    points: dict[str, tuple[float, float]], front: list[str]
) -> None:
    assert pareto_front(points) == front
    (axis,) = trade_off(points, cost="seconds", score="accuracy").axes
    assert x_of(axis.get_lines()[0]) == [points[run][0] for run in front]
    losses = {run: (cost, -score) for run, (cost, score) in points.items()}
    assert pareto_front(losses, maximize=False) == front
