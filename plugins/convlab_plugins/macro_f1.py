"""Macro F1 over integer labels and logits."""

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="convlab")
class MacroF1(keras.metrics.F1Score):
    """Unweighted mean of the F1 scores of the classes that occur or are predicted, as in scikit-learn.

    Counts per class accumulate over all batches, so the result does not depend on the batch sizes.

    Args:
        num_classes: the number of classes.
    """

    def __init__(self, num_classes: int, name: str = "macro_f1", dtype: Any = None) -> None:
        super().__init__(average="macro", name=name, dtype=dtype)
        self.num_classes = num_classes
        self._build((None, num_classes), (None, num_classes))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Add a batch.

        Args:
            y_true: integer labels ``(batch,)``.
            y_pred: logits ``(batch, num_classes)``; the largest is the prediction.
            sample_weight: weights ``(batch,)``, or ``None``.
        """
        return super().update_state(keras.ops.one_hot(y_true, self.num_classes), y_pred, sample_weight)

    def result(self) -> Any:
        """Return the mean, a scalar; 0 before the first batch."""
        ops = keras.ops
        mistakes = self.false_positives + self.false_negatives
        counted = ops.cast(2 * self.true_positives + mistakes > 0, self.dtype)
        scores = ops.divide_no_nan(2 * self.true_positives, 2 * self.true_positives + mistakes)
        return ops.divide_no_nan(ops.sum(scores), ops.sum(counted))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that recreate the metric."""
        return {"num_classes": self.num_classes, "name": self.name, "dtype": self.dtype}
