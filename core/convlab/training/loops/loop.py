"""What the two training loops have in common."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from convlab.training.metrics import MetricSet

# Called with the number of steps done in the epoch, those before the first included.
OnSteps = Callable[[int], None]


class TrainingLoop(Protocol):
    """Trains one epoch after another.

    Attributes:
        measures: over the images that the epoch has passed so far.
        compile_seconds: time spent on tracing and compiling, apart from training itself.
    """

    measures: MetricSet
    compile_seconds: float

    def compile(self) -> None:
        """Trace and compile what can be before the first image is seen."""
        ...

    def train_epoch(
        self, order: npt.NDArray[np.int32], steps: int, on_steps: OnSteps, *, first: int = 0
    ) -> None:
        """Pass over the images, a batch a step, as far as the loss stays finite.

        Args:
            order: the images' positions, in the order in which batches take them.
            steps: the step to end before; all batches but the last of an epoch are full.
            on_steps: called every now and then between two steps; what it raises ends the epoch.
            first: the step to begin with, where those before it were done in another process.
        """
        ...
