"""The one-cycle learning rate schedule."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="convlab")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Rises from a fraction of the peak to the peak, and falls to a fraction of it by the last step.

    Smith and Topin (2019), in the form of PyTorch's ``OneCycleLR`` with two phases.

    Args:
        peak: the highest rate.
        steps: steps of the cycle.
        rise: fraction of the steps after which the rate peaks.
        start: the first rate, as a fraction of the peak.
        end: the last rate, as a fraction of the peak.
        shape: ``cosine`` or ``linear``.
    """

    def __init__(self, peak: float, steps: int, *, rise: float, start: float, end: float, shape: str) -> None:
        super().__init__()
        self.peak = peak
        self.steps = steps
        self.rise = rise
        self.start = start
        self.end = end
        self.shape = shape

    def __call__(self, step: Any) -> Any:
        """Return the rate of a step, counted from 0."""
        last = max(self.steps - 1, 1)
        top = self.rise * last
        step = ops.minimum(ops.cast(step, "float32"), float(last))
        rising = self._between(self.start, 1.0, step / top)
        falling = self._between(1.0, self.end, (step - top) / (last - top))
        return self.peak * ops.where(step <= top, rising, falling)

    def _between(self, first: float, second: float, progress: Any) -> Any:
        if self.shape == "cosine":
            progress = (1.0 - ops.cos(math.pi * progress)) / 2
        return first + (second - first) * progress

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        names = ("peak", "steps", "rise", "start", "end", "shape")
        return {name: getattr(self, name) for name in names}
