"""Metrics that follow from the confusion matrix."""

from typing import Any

import keras
from keras import ops


class ConfusionMetric(keras.metrics.Metric):
    """Counts images by label and prediction, so that the result does not depend on the batch sizes.

    Args:
        num_classes: the number of classes.
    """

    def __init__(self, num_classes: int, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.num_classes = num_classes
        self.counts = self.add_variable((num_classes, num_classes), initializer="zeros", name="counts")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Args:
            y_true: integer labels ``(batch,)``.
            y_pred: logits ``(batch, num_classes)``; the largest is the prediction.
            sample_weight: weights ``(batch,)``, or ``None``.
        """
        labels = ops.one_hot(ops.cast(y_true, "int32"), self.num_classes, dtype=self.dtype)
        predictions = ops.one_hot(ops.argmax(y_pred, axis=-1), self.num_classes, dtype=self.dtype)
        if sample_weight is not None:
            labels = labels * ops.cast(sample_weight, self.dtype)[:, None]
        self.counts.assign_add(ops.matmul(ops.transpose(labels), predictions))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that recreate the metric."""
        return {"num_classes": self.num_classes, "name": self.name, "dtype": self.dtype}


@keras.saving.register_keras_serializable(package="convlab")
class BalancedAccuracy(ConfusionMetric):
    """Mean of the recalls of all classes that occur, as scikit-learn's ``balanced_accuracy_score``."""

    def result(self) -> Any:
        """Return the balanced accuracy of all images since the last reset."""
        images = ops.sum(self.counts, axis=1)
        recalls = ops.diagonal(self.counts) / ops.maximum(images, 1e-12)
        return ops.sum(recalls) / ops.maximum(ops.sum(ops.cast(images > 0, self.dtype)), 1.0)


@keras.saving.register_keras_serializable(package="convlab")
class CohenKappa(ConfusionMetric):
    """Agreement beyond chance (Cohen 1960), as scikit-learn's ``cohen_kappa_score``."""

    def result(self) -> Any:
        """Return kappa of all images since the last reset; 0 if labels or predictions are all one class."""
        shares = self.counts / ops.maximum(ops.sum(self.counts), 1e-12)
        by_chance = ops.sum(ops.sum(shares, axis=0) * ops.sum(shares, axis=1))
        beyond = ops.sum(ops.diagonal(shares)) - by_chance
        return ops.where(by_chance < 1 - 1e-6, beyond / ops.maximum(1 - by_chance, 1e-6), 0.0)
