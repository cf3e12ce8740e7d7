"""A metric that is checked, and the predictions it is tried on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.inspect.checks.registry import SubjectKind
from convlab.inspect.checks.subject import PartSubject

if TYPE_CHECKING:
    import keras

CLASSES = 10
_RNG = np.random.default_rng(0)
LABELS: npt.NDArray[np.int64] = _RNG.permutation(np.arange(300) % CLASSES)
_NOISE = _RNG.normal(size=(len(LABELS), CLASSES))
LOGITS: npt.NDArray[np.float32] = (_NOISE + 1.5 * np.eye(CLASSES)[LABELS]).astype(np.float32)
"""Right for some two thirds of the labels."""


def certain(classes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return logits that are as sure of a class each as that it is not the one before."""
    sure = np.eye(CLASSES)[classes] - np.eye(CLASSES)[(classes - 1) % CLASSES]
    return (_NOISE + 10 * sure).astype(np.float32)


@dataclass(kw_only=True, eq=False)
class MetricSubject(PartSubject):
    """A metric, built with its default options for 10 classes."""

    kind: ClassVar[SubjectKind] = "metric"
    needs_tensorflow: ClassVar[bool] = True

    def build(self, num_classes: int = CLASSES) -> "keras.metrics.Metric":
        """Build the metric anew, and see that it takes labels and logits.

        Raises:
            PluginError: it does not.
        """
        from convlab.training.metrics import check_metric

        metric = self.part.build(num_classes, self.options())
        check_metric(metric, num_classes, str(self))
        return metric

    def value(self, labels: Any = LABELS, logits: Any = LOGITS) -> float:
        """Return what a new metric says of predictions that it is given at once."""
        metric = self.build()
        metric.update_state(labels, logits)
        return float(metric.result())


def close(one: float, other: float) -> bool:
    """Tell whether two results are the same up to rounding."""
    return bool(np.isclose(one, other, rtol=1e-4, atol=1e-5, equal_nan=True))
