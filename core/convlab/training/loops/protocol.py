"""What the training loops have in common."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

# Called with the number of steps done in the epoch, including those of an earlier process.
OnSteps = Callable[[int], None]


class TrainingLoop(Protocol):
    """Trains one epoch after another.

    Attributes:
        compile_seconds: time spent tracing and compiling, apart from training.
    """

    compile_seconds: float

    def compile(self) -> None:
        """Trace and compile what can be before the first image."""
        ...

    def train_epoch(
        self, order: npt.NDArray[np.int32], steps: int, on_steps: OnSteps, *, first: int = 0
    ) -> None:
        """Train on the images, one batch per step, for as long as the loss is finite.

        Args:
            order: positions of the images, in the order of the batches.
            steps: the step to stop before; all batches except an epoch's last are full.
            on_steps: called every so often between two steps; an exception ends the epoch.
            first: the step to start with, if an earlier process did the ones before it.
        """
        ...
