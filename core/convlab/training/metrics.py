"""The numbers that are kept while images pass: the loss and each metric, averaged over examples."""

from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np

from convlab.errors import PluginError
from convlab.host import ProvidedPart
from convlab.host.building import build_part
from convlab.parts import Metric


class MetricSet:
    """The loss and the metrics over all images since the last reset.

    A smaller batch counts for what it is. May be updated in a graph.

    Args:
        metrics: by the names that reports use.
    """

    def __init__(self, metrics: Mapping[str, keras.metrics.Metric]) -> None:
        self.loss = keras.metrics.Mean(name="loss")
        self.metrics = dict(metrics)

    def update(self, labels: Any, logits: Any, loss: Any) -> None:
        """Add a batch.

        Args:
            labels: int64 ``(batch,)``.
            logits: float32 ``(batch, num_classes)``.
            loss: the batch's mean loss.
        """
        self.loss.update_state(loss, sample_weight=keras.ops.shape(labels)[0])
        for metric in self.metrics.values():
            metric.update_state(labels, logits)

    def variables(self) -> list[keras.Variable]:
        """Return all counts, in one order."""
        return [variable for metric in (self.loss, *self.metrics.values()) for variable in metric.variables]

    def reset(self) -> None:
        """Forget all images."""
        for metric in (self.loss, *self.metrics.values()):
            metric.reset_state()

    def results(self) -> dict[str, float]:
        """Return the loss and each metric by name."""
        return {name: float(metric.result()) for name, metric in {"loss": self.loss, **self.metrics}.items()}


def build_metrics(metrics: Iterable[tuple[ProvidedPart[Metric], Any]], num_classes: int) -> MetricSet:
    """Build metrics and return them and the loss, counting from nothing.

    Args:
        metrics: each with its options.
        num_classes: the number of logits.

    Raises:
        PluginError: a metric cannot be built, or does not take labels and logits.
    """
    built = {}
    for provided, options in metrics:
        built[provided.part.name] = build_part(provided, num_classes, options)
        check_metric(built[provided.part.name], num_classes, str(provided))
    return MetricSet(built)


def check_metric(metric: Any, num_classes: int, owner: str) -> None:
    """Give a metric two images and reset it, to see before training that it takes them.

    Args:
        metric: what a plugin built.
        num_classes: the number of logits.
        owner: whose metric it is, for messages.

    Raises:
        PluginError: it is no Keras metric, fails on labels and logits, or gives something else than a number.
    """
    if not isinstance(metric, keras.metrics.Metric):
        raise PluginError(f"{owner} builds {type(metric).__name__}, but must return a keras Metric")
    try:
        metric.update_state(np.array([0, 1]), np.zeros((2, num_classes), np.float32))
        result = np.asarray(metric.result())
        metric.reset_state()
    except Exception as error:
        raise PluginError(
            f"{owner} failed on labels (batch,) and logits (batch, {num_classes}): "
            f"{type(error).__name__}: {error}"
        ) from error
    if result.shape != ():
        raise PluginError(f"{owner} gives an array of shape {result.shape}, but must give one number")
