"""The loss and the metrics, averaged over images."""

from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np

from convlab.errors import PluginError, in_one_line
from convlab.host import ProvidedPart
from convlab.host.provider import build_part
from convlab.parts import Metric


class MetricSet:
    """The loss and the metrics over all images since the last reset.

    Averages are over images, so that a smaller batch weighs less. Works inside a graph.

    Args:
        metrics: by the names that reports use.
    """

    def __init__(self, metrics: Mapping[str, keras.metrics.Metric]) -> None:
        self._metrics = {"loss": keras.metrics.Mean(name="loss"), **metrics}

    def update(self, labels: Any, logits: Any, loss: Any) -> None:
        """Add a batch.

        Args:
            labels: int64, shape ``(batch,)``.
            logits: float32, shape ``(batch, num_classes)``.
            loss: the batch's mean loss.
        """
        for name, metric in self._metrics.items():
            if name == "loss":
                metric.update_state(loss, sample_weight=keras.ops.shape(labels)[0])
            else:
                metric.update_state(labels, logits)

    def variables(self) -> list[keras.Variable]:
        """Return the state of all metrics, in a fixed order."""
        return [variable for metric in self._metrics.values() for variable in metric.variables]

    def reset(self) -> None:
        """Start over."""
        for metric in self._metrics.values():
            metric.reset_state()

    def results(self) -> dict[str, float]:
        """Return the loss and each metric by name."""
        return {name: float(metric.result()) for name, metric in self._metrics.items()}


def build_metrics(metrics: Iterable[tuple[ProvidedPart[Metric], Any]], num_classes: int) -> MetricSet:
    """Build metrics, run each on a trial batch, and return them with the loss.

    Args:
        metrics: each with its options.
        num_classes: the number of logits.

    Raises:
        PluginError: a metric cannot be built, or does not accept labels and logits.
    """
    built = {}
    for provided, options in metrics:
        built[provided.part.name] = build_part(provided, num_classes, options)
        check_metric(built[provided.part.name], num_classes, str(provided))
    return MetricSet(built)


def check_metric(metric: Any, num_classes: int, owner: str) -> None:
    """Update a metric with two images and reset it.

    Args:
        metric: what a plugin built.
        num_classes: the number of logits.
        owner: the part that built it, for messages.

    Raises:
        PluginError: it is not a Keras metric, fails on labels and logits, or does not return one number.
    """
    if not isinstance(metric, keras.metrics.Metric):
        raise PluginError(f"{owner} must build a keras Metric; got {type(metric).__name__}")
    try:
        metric.update_state(np.array([0, 1]), np.zeros((2, num_classes), np.float32))
        result = metric.result()
        metric.reset_state()
    except Exception as error:
        raise PluginError(
            f"{owner} failed on labels of shape (batch,) and logits of shape (batch, {num_classes}): "
            f"{in_one_line(error)}"
        ) from error
    if isinstance(result, dict | list | tuple) or np.asarray(result).dtype.kind not in "fiub":
        raise PluginError(f"{owner} must return one number; got {type(result).__name__}")
    if np.shape(result) != ():
        raise PluginError(f"{owner} must return one number; got an array of shape {np.shape(result)}")
