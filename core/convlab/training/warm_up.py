"""Linear warm-up of the learning rate, before its schedule."""

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="convlab")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """Rises linearly from zero to a peak, then follows another rate or schedule from its start.

    As in Goyal et al. (2017). The rate of step ``i`` is ``peak * (i + 1) / steps`` for ``i < steps``, so that
    no step has a rate of zero.

    Args:
        after: the rate or schedule that follows.
        peak: the rate at the end of the warm-up.
        steps: steps of the warm-up.
    """

    def __init__(self, after: Any, peak: float, steps: int) -> None:
        super().__init__()
        self.after = after
        self.peak = peak
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        """Return the rate of a step, counted from 0."""
        step = keras.ops.cast(step, "float32")
        warming_up = self.peak * (step + 1.0) / self.steps
        follows = keras.ops.maximum(step - self.steps, 0.0)
        after = self.after(follows) if callable(self.after) else self.after
        return keras.ops.where(step < self.steps, warming_up, after)

    def begin_epoch(self, records: Any) -> None:
        """Pass the records of the completed epochs on to the schedule, if it depends on them."""
        if hasattr(self.after, "begin_epoch"):
            self.after.begin_epoch(records)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        after = keras.saving.serialize_keras_object(self.after) if callable(self.after) else self.after
        return {"after": after, "peak": self.peak, "steps": self.steps}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "WarmUp":
        """Create a schedule from its configuration."""
        after = config.pop("after")
        if isinstance(after, dict):
            after = keras.saving.deserialize_keras_object(after)
        return cls(after, **config)
