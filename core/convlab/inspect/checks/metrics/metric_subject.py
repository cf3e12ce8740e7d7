"""A metric under check, and the predictions it is checked on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.inspect.checks.subject import PartSubject

if TYPE_CHECKING:
    import keras

Labels = npt.NDArray[np.int64]
Logits = npt.NDArray[np.float32]

CLASSES = 10
_IMAGES = 300


def all_labels(num_classes: int) -> Labels:
    """Return labels in which every class is equally frequent, in random order."""
    return np.random.default_rng(0).permutation(np.arange(_IMAGES, dtype=np.int64) % num_classes)


def fair_logits(labels: Labels, num_classes: int) -> Logits:
    """Return logits of predictions some of which are right: about two thirds of 10 classes."""
    return (_noise(num_classes) + 1.5 * np.eye(num_classes)[labels]).astype(np.float32)


def confident_logits(classes: Labels, num_classes: int = CLASSES) -> Logits:
    """Return logits that are high for each given class, low for the class before it, and noise otherwise."""
    one_hot = np.eye(num_classes)
    signs = one_hot[classes] - one_hot[(classes - 1) % num_classes]
    return (_noise(num_classes) + 20 * signs).astype(np.float32)


def _noise(num_classes: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(1).normal(size=(_IMAGES, num_classes))


LABELS = all_labels(CLASSES)
LOGITS = fair_logits(LABELS, CLASSES)


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

    def value(self, labels: Any = LABELS, logits: Any = LOGITS, num_classes: int = CLASSES) -> float:
        """Return the result of a new metric after a single update."""
        metric = self.build(num_classes)
        metric.update_state(labels, logits)
        return float(metric.result())


def close(first: float, second: float) -> bool:
    """Return whether two results are equal up to rounding; NaN equals NaN."""
    return bool(np.isclose(first, second, rtol=1e-4, atol=1e-5, equal_nan=True))
