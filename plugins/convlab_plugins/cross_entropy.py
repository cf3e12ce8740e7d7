"""The cross-entropy and the focal loss over labels and logits."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="convlab")
class CrossEntropy(keras.losses.Loss):
    """``sum over classes c of w_c * t_c * (1 - p_c)^gamma * -log(p_c)``, averaged over the images.

    ``p`` are the probabilities, ``t`` the smoothed labels and ``w`` the class weights, as in
    ``keras.losses.CategoricalFocalCrossentropy``. Labels are integers ``(batch,)`` or probabilities
    ``(batch, num_classes)``.

    Args:
        gamma: 0 is the cross-entropy.
        label_smoothing: share of each label that is spread evenly over all classes.
        class_weights: one weight per class; ``None`` if all count the same.
    """

    def __init__(
        self,
        *,
        gamma: float = 0.0,
        label_smoothing: float = 0.0,
        class_weights: Sequence[float] | None = None,
        name: str = "cross_entropy",
        reduction: str = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.gamma = gamma
        self.label_smoothing = label_smoothing
        self.class_weights = class_weights

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each image."""
        are_integers = len(y_true.shape) < len(y_pred.shape)
        plain = not self.gamma and self.class_weights is None
        if are_integers and plain and not self.label_smoothing:
            return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
        num_classes = y_pred.shape[-1]
        targets = (
            ops.one_hot(ops.cast(y_true, "int32"), num_classes, dtype=y_pred.dtype)
            if are_integers
            else y_true
        )
        if self.label_smoothing:
            targets = (1 - self.label_smoothing) * targets + self.label_smoothing / num_classes
        if plain:
            return ops.categorical_crossentropy(targets, y_pred, from_logits=True)
        log_probabilities = ops.log_softmax(y_pred)
        if self.class_weights is not None:
            targets = targets * ops.convert_to_tensor(self.class_weights, dtype=targets.dtype)
        if self.gamma:
            targets = targets * (1 - ops.exp(log_probabilities)) ** self.gamma
        return -ops.sum(targets * log_probabilities, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "gamma": self.gamma,
            "label_smoothing": self.label_smoothing,
            "class_weights": self.class_weights,
        }
