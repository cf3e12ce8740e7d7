"""A metric under check, and the predictions it is checked on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.inspect.checks.subject import PartSubject

if TYPE_CHECKING:
    import keras

CLASSES = 10
_RNG = np.random.default_rng(0)
LABELS: npt.NDArray[np.int64] = _RNG.permutation(np.arange(300) % CLASSES)
_NOISE = _RNG.normal(size=(len(LABELS), CLASSES))
LOGITS: npt.NDArray[np.float32] = (_NOISE + 1.5 * np.eye(CLASSES)[LABELS]).astype(np.float32)
"""Predictions with an accuracy of about two thirds."""


def confident_logits(classes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return logits that are high for each given class, low for the class before it, and noise otherwise."""
    signs = np.eye(CLASSES)[classes] - np.eye(CLASSES)[(classes - 1) % CLASSES]
    return (_NOISE + 10 * signs).astype(np.float32)


@dataclass(kw_only=True, eq=False)
class MetricSubject(PartSubject):
    """A metric, built with its default options for 10 classes."""

    needs_tensorflow: ClassVar[bool] = True

    def build(self, num_classes: int = CLASSES) -> "keras.metrics.Metric":
        """Build a new metric, and check that it accepts labels and logits.

        Raises:
            PluginError: it does not.
        """
        from convlab.training.metrics import check_metric

        metric = self.part.build(num_classes, self.options())
        check_metric(metric, num_classes, str(self))
        return metric

    def value(self, labels: Any = LABELS, logits: Any = LOGITS) -> float:
        """Return the result of a new metric after a single update."""
        metric = self.build()
        metric.update_state(labels, logits)
        return float(metric.result())


def close(first: float, second: float) -> bool:
    """Return whether two results are equal up to rounding; NaN equals NaN."""
    return bool(np.isclose(first, second, rtol=1e-4, atol=1e-5, equal_nan=True))
