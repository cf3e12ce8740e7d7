"""A learning rate that climbs before its schedule begins."""

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="convlab")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """Climbs evenly from zero to a peak, then follows another schedule from its start.

    Linear warm-up as in Goyal et al. (2017). The rate of step ``i`` is ``peak * (i + 1) / steps`` while
    ``i < steps``, so that no step is wasted on a rate of zero.

    Args:
        after: a rate, or the schedule that follows.
        peak: the rate that the climb ends with.
        steps: how long it climbs.
    """

    def __init__(self, after: Any, peak: float, steps: int) -> None:
        super().__init__()
        self.after = after
        self.peak = peak
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        """Return the rate of a step, counted from 0."""
        step = keras.ops.cast(step, "float32")
        climbing = self.peak * (step + 1.0) / self.steps
        follows = keras.ops.maximum(step - self.steps, 0.0)
        after = self.after(follows) if callable(self.after) else self.after
        return keras.ops.where(step < self.steps, climbing, after)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds it."""
        after = keras.saving.serialize_keras_object(self.after) if callable(self.after) else self.after
        return {"after": after, "peak": self.peak, "steps": self.steps}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "WarmUp":
        """Rebuild it."""
        after = config.pop("after")
        if isinstance(after, dict):
            after = keras.saving.deserialize_keras_object(after)
        return cls(after, **config)
