"""The calibration of a network's confidence."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="convlab")
class CalibrationError(keras.metrics.Metric):
    """Expected calibration error: the mean gap between confidence and accuracy (Guo et al. 2017, eq. 3).

    0 is best, 1 is worst. Sums per confidence interval make the result independent of the batch sizes.

    Args:
        bins: the number of confidence intervals.
    """

    def __init__(self, bins: int = 15, name: str = "calibration_error", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.bins = bins
        self.count, self.confidence, self.correct = (
            self.add_variable((bins,), initializer="zeros", name=sum_of)
            for sum_of in ("count", "confidence", "correct")
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Args:
            y_true: integer labels ``(batch,)``.
            y_pred: logits ``(batch, num_classes)``.
            sample_weight: weights ``(batch,)``, or ``None``.
        """
        probabilities = ops.softmax(ops.cast(y_pred, self.dtype))
        confidence = ops.max(probabilities, axis=-1)
        hits = ops.argmax(probabilities, axis=-1) == ops.cast(y_true, "int32")
        weight = ops.ones_like(confidence) if sample_weight is None else ops.cast(sample_weight, self.dtype)
        which = ops.minimum(ops.cast(confidence * self.bins, "int32"), self.bins - 1)
        for total, value in (
            (self.count, weight),
            (self.confidence, weight * confidence),
            (self.correct, weight * ops.cast(hits, self.dtype)),
        ):
            total.assign_add(ops.segment_sum(value, which, num_segments=self.bins))

    def result(self) -> Any:
        """Return the error over all images since the last reset."""
        gaps = ops.sum(ops.abs(self.confidence - self.correct))
        return gaps / ops.maximum(ops.sum(self.count), 1e-12)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that recreate the metric."""
        return {"bins": self.bins, "name": self.name, "dtype": self.dtype}
