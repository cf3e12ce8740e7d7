"""An optimizer under check, and the problem it is checked on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.inspect.checks.outcome import NotApplicableError
from convlab.inspect.checks.subject import PartSubject

if TYPE_CHECKING:
    import keras

Array = npt.NDArray[np.float32]

# A convex loss in variables shaped like a bias, a matrix, a convolution's kernel and a scale, flat along some
# axes and steep along others.
_START: tuple[Array, ...] = (
    np.array([1.0, -1.0, 0.5], np.float32),
    np.array([[2.0], [-2.0]], np.float32),
    np.array([1.0, -1.0, 2.0, 0.5], np.float32).reshape(1, 2, 1, 2),
    np.array(1.5, np.float32),
)
_CURVATURE: tuple[Array, ...] = (
    np.array([1.0, 0.2, 3.0], np.float32),
    np.array([[0.5], [1.5]], np.float32),
    np.array([1.0, 2.0, 0.5, 1.0], np.float32).reshape(1, 2, 1, 2),
    np.array(1.0, np.float32),
)
_MOST_ACCUMULATED_STEPS = 64


@dataclass(kw_only=True, eq=False)
class OptimizerSubject(PartSubject):
    """An optimizer, built with its default options."""

    needs_tensorflow: ClassVar[bool] = True

    def build(self, learning_rate: Any = None) -> "keras.optimizers.Optimizer":
        """Build a new optimizer, by default with its default learning rate."""
        return self.part.build(
            self.part.learning_rate if learning_rate is None else learning_rate, self.options()
        )

    @cached_property
    def steps_per_update(self) -> int:
        """The number of steps after which the variables first change; more than 1 if gradients accumulate.

        Raises:
            NotApplicableError: they do not change.
        """
        descent = Descent(self.build())
        start = descent.position
        for step in range(1, _MOST_ACCUMULATED_STEPS + 1):
            descent.run(1)
            if not np.array_equal(descent.position, start):
                return step
        raise NotApplicableError(f"no weight changes in {_MOST_ACCUMULATED_STEPS} steps")

    def first_update(self, learning_rate: Any) -> Array:
        """Return the change of the variables in the first update."""
        descent = Descent(self.build(learning_rate))
        start = descent.position
        descent.run(self.steps_per_update)
        return descent.position - start


class Descent:
    """A descent on the convex loss ``½ Σ a·w²`` from a fixed starting point.

    Args:
        optimizer: takes the steps.
    """

    def __init__(self, optimizer: Any) -> None:
        import keras

        self.optimizer = optimizer
        self.variables = [keras.Variable(start, name=f"w{index}") for index, start in enumerate(_START)]
        optimizer.build(self.variables)

    def run(self, steps: int, step: Callable[[], None] | None = None) -> None:
        """Take steps by calling ``step``; by default eagerly."""
        for _ in range(steps):
            (step or self.step)()

    def step(self) -> None:
        """Take one step along the exact gradient."""
        scale = self.optimizer.scale_loss(1.0)  # by which an optimizer may divide the gradients
        gradients = [
            scale * w.value * curvature for curvature, w in zip(_CURVATURE, self.variables, strict=True)
        ]
        self.optimizer.apply_gradients(list(zip(gradients, self.variables, strict=True)))

    @property
    def position(self) -> Array:
        """The values of the variables as one vector."""
        return np.concatenate([variable.numpy().reshape(-1) for variable in self.variables])

    @property
    def loss(self) -> float:
        """The loss at the current position."""
        curvature = np.concatenate([values.reshape(-1) for values in _CURVATURE])
        return float(0.5 * (curvature * self.position**2).sum())


def same(first: Array, second: Array) -> bool:
    """Return whether two positions are equal up to rounding."""
    return bool(np.allclose(first, second, rtol=1e-4, atol=1e-6))
