"""A learning rate schedule under check."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from convlab.inspect.checks.subject import PartSubject

PEAK = 0.4
RECORDS: tuple[dict[str, Any], ...] = tuple(
    {"epoch": epoch, "seconds": 1.0, "images_per_second": 100.0, "loss": loss, "val_loss": loss}
    for epoch, loss in enumerate((1.0, 0.5, *[0.6] * 10, 0.4, *[0.5] * 10), start=1)
)
"""Epochs in which the loss twice stops improving."""


@dataclass(kw_only=True, eq=False)
class ScheduleSubject(PartSubject):
    """A schedule, built with its default options."""

    needs_tensorflow: ClassVar[bool] = True

    def build(self, steps: int, peak: float = PEAK) -> Any:
        """Build the schedule of a number of steps, and check that it is a rate or a Keras schedule.

        Raises:
            PluginError: it is not.
        """
        from convlab.training.schedules import check_rate

        rate = self.part.build(peak, steps, self.options())
        check_rate(rate, str(self))
        return rate


def rates(rate: Any, steps: Sequence[int] | range) -> list[float]:
    """Return the learning rate of each step."""
    return [float(rate(step)) if callable(rate) else float(rate) for step in steps]
