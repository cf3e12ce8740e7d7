"""The area under the ROC curve."""

from typing import Any

import keras
from keras import ops

_BINS = 1000
_LARGEST = 25.0  # log-odds; float32 probabilities beyond are 0 or 1


@keras.saving.register_keras_serializable(package="convlab")
class RocAuc(keras.metrics.Metric):
    """Mean over the classes of the area under the ROC curve of each class against the rest.

    The probability that an image of the class gets larger odds for it than another image (Fawcett 2006), from
    histograms of the log-odds, so that the result does not depend on the batch sizes. Odds within 5% of one
    another count as equal. Classes of which there are no images, or only images, do not count.

    Args:
        num_classes: the number of classes.
    """

    def __init__(self, num_classes: int, name: str = "roc_auc", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.num_classes = num_classes
        shape = (num_classes * _BINS,)
        self.own = self.add_variable(shape, initializer="zeros", name="own")
        self.others = self.add_variable(shape, initializer="zeros", name="others")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Args:
            y_true: integer labels ``(batch,)``.
            y_pred: logits ``(batch, num_classes)``.
            sample_weight: weights ``(batch,)``, or ``None``.
        """
        logits = ops.cast(y_pred, self.dtype)
        classes = ops.eye(self.num_classes, dtype="bool")
        rest = ops.logsumexp(ops.where(classes, -1e9, logits[:, None, :]), axis=-1)
        scaled = (ops.clip(logits - rest, -_LARGEST, _LARGEST) / _LARGEST + 1) / 2
        bins = ops.minimum(ops.cast(scaled * _BINS, "int32"), _BINS - 1)
        places = ops.reshape(bins + _BINS * ops.arange(self.num_classes, dtype="int32"), (-1,))
        is_own = ops.one_hot(ops.cast(y_true, "int32"), self.num_classes, dtype=self.dtype)
        weights = ops.ones_like(is_own)
        if sample_weight is not None:
            weights = weights * ops.cast(sample_weight, self.dtype)[:, None]
        for total, counted in ((self.own, is_own), (self.others, 1 - is_own)):
            added = ops.segment_sum(
                ops.reshape(weights * counted, (-1,)), places, num_segments=self.num_classes * _BINS
            )
            total.assign_add(added)

    def result(self) -> Any:
        """Return the mean area over all images since the last reset; 0.5 if no class has one."""
        own, others = (ops.reshape(total, (self.num_classes, _BINS)) for total in (self.own, self.others))
        below = ops.cumsum(others, axis=1) - others / 2
        pairs = ops.sum(own, axis=1) * ops.sum(others, axis=1)
        counts = ops.cast(pairs > 0, self.dtype)
        areas = ops.sum(own * below, axis=1) / ops.maximum(pairs, 1e-12)
        mean = ops.sum(areas * counts) / ops.maximum(ops.sum(counts), 1.0)
        return ops.where(ops.sum(counts) > 0, mean, 0.5)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that recreate the metric."""
        return {"num_classes": self.num_classes, "name": self.name, "dtype": self.dtype}
