"""The numbers that are kept while images pass: the loss and each metric, averaged over examples."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from convlab.errors import PluginError

MetricBuilder = Callable[[], dict[str, keras.metrics.Metric]]


class Measures:
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

    def reset(self) -> None:
        """Forget all images."""
        for metric in (self.loss, *self.metrics.values()):
            metric.reset_state()

    def results(self) -> dict[str, float]:
        """Return the loss and each metric by name.

        Raises:
            PluginError: a metric gives something other than one number.
        """
        return {"loss": float(self.loss.result())} | {
            name: _number(name, metric.result()) for name, metric in self.metrics.items()
        }


def _number(name: str, result: Any) -> float:
    try:
        return float(result)
    except (TypeError, ValueError) as error:
        raise PluginError(
            f"metric {name!r} gives {result!r}, but must give one number: average it over the classes"
        ) from error
