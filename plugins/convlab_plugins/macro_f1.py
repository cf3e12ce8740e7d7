"""Macro F1 over integer labels and logits."""

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="convlab")
class MacroF1(keras.metrics.F1Score):
    """Unweighted mean of the F1 scores of all classes.

    Counts per class accumulate over all batches, so the result does not depend on the batch sizes. A class
    that neither occurs nor is predicted counts as 0, as in scikit-learn with ``zero_division=0`` and all
    labels given.

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

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that recreate the metric."""
        return {"num_classes": self.num_classes, "name": self.name, "dtype": self.dtype}
