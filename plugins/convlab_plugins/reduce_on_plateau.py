"""A learning rate that depends on the validation loss."""

from collections.abc import Sequence
from typing import Any

import keras


@keras.saving.register_keras_serializable(package="convlab")
class ReduceOnPlateau(keras.optimizers.schedules.LearningRateSchedule):
    """Multiplies the rate by a factor whenever the loss has not improved for some epochs.

    Counts epochs as ``keras.callbacks.ReduceLROnPlateau`` does. The rate follows from the records of the
    completed epochs alone, so a resumed run continues with the same rate.

    Args:
        learning_rate: the first rate.
        factor: the factor.
        patience: epochs without improvement before a reduction.
        min_delta: smallest decrease of the loss that counts as an improvement.
        cooldown: epochs after a reduction that do not count.
        end: lower bound of the rate, as a fraction of the first.
    """

    def __init__(
        self,
        learning_rate: float,
        *,
        factor: float,
        patience: int,
        min_delta: float,
        cooldown: int,
        end: float,
    ) -> None:
        super().__init__()
        self.learning_rate = learning_rate
        self.factor = factor
        self.patience = patience
        self.min_delta = min_delta
        self.cooldown = cooldown
        self.end = end
        self.reduction = keras.Variable(1.0, trainable=False, dtype="float32", name="reduction")

    def __call__(self, step: Any) -> Any:  # noqa: ARG002
        """Return the rate of the current epoch."""
        return self.learning_rate * self.reduction.value

    def begin_epoch(self, records: Sequence[dict[str, Any]]) -> None:
        """Set the rate of the epoch that follows.

        Args:
            records: of all completed epochs, with ``val_loss``, or only ``loss`` without a validation set.
        """
        reduction, best, waited, cooling = 1.0, float("inf"), 0, 0
        for record in records:
            loss = record.get("val_loss", record["loss"])
            if cooling:
                cooling, waited = cooling - 1, 0
            if loss < best - self.min_delta:
                best, waited = loss, 0
            elif not cooling:
                waited += 1
                if waited >= self.patience:
                    reduction = max(reduction * self.factor, self.end)
                    cooling, waited = self.cooldown, 0
        self.reduction.assign(reduction)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        names = ("learning_rate", "factor", "patience", "min_delta", "cooldown", "end")
        return {name: getattr(self, name) for name in names}
