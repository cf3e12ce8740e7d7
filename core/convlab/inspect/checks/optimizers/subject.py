"""An optimizer that is checked, and a problem that it is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.inspect.checks.registry import SubjectKind
from convlab.inspect.checks.subject import PartSubject

if TYPE_CHECKING:
    import keras

Array = npt.NDArray[np.float32]

# A convex bowl in two variables of unlike shapes, flat along one axis and steep along the other.
_START: tuple[Array, ...] = (np.array([1.0, -1.0, 0.5], np.float32), np.array([[2.0], [-2.0]], np.float32))
_STEEPNESS: tuple[Array, ...] = (
    np.array([1.0, 0.2, 3.0], np.float32),
    np.array([[0.5], [1.5]], np.float32),
)


@dataclass(kw_only=True, eq=False)
class OptimizerSubject(PartSubject):
    """An optimizer, built with its default options."""

    kind: ClassVar[SubjectKind] = "optimizer"
    needs_tensorflow: ClassVar[bool] = True

    def build(self, learning_rate: Any = None) -> "keras.optimizers.Optimizer":
        """Build the optimizer anew, with its own default rate unless another is given."""
        return self.part.build(
            self.part.learning_rate if learning_rate is None else learning_rate, self.options()
        )

    def first_step(self, rate: Any) -> Array:
        """Return how far the first step at a rate goes."""
        descent = Descent(self.build(rate))
        descent.go(1)
        return descent.position - Descent.start()


class Descent:
    """A descent along the convex loss ``½ Σ a·w²``, from a fixed point.

    Args:
        optimizer: takes the steps.
        variables: where they are taken from; by default the fixed point.
    """

    def __init__(self, optimizer: Any, variables: "list[keras.Variable] | None" = None) -> None:
        import keras

        self.optimizer = optimizer
        self.variables = variables or [
            keras.Variable(start, name=f"w{place}") for place, start in enumerate(_START)
        ]
        optimizer.build(self.variables)

    def go(self, steps: int, step: Callable[[], None] | None = None) -> None:
        """Take steps, by ``step`` unless call by call."""
        for _ in range(steps):
            (step or self.step)()

    def step(self) -> None:
        """Take one step along the exact gradient."""
        gradients = [w.value * steep for steep, w in zip(_STEEPNESS, self.variables, strict=True)]
        self.optimizer.apply_gradients(list(zip(gradients, self.variables, strict=True)))

    @property
    def position(self) -> Array:
        """Where the descent is, as one vector."""
        return np.concatenate([variable.numpy().reshape(-1) for variable in self.variables])

    @property
    def loss(self) -> float:
        """The loss there."""
        steepness = np.concatenate([steep.reshape(-1) for steep in _STEEPNESS])
        return float(0.5 * (steepness * self.position**2).sum())

    @staticmethod
    def start() -> Array:
        """The point from which it goes."""
        return np.concatenate([start.reshape(-1) for start in _START])


def same(one: Array, other: Array) -> bool:
    """Tell whether two points are the same up to rounding."""
    return bool(np.allclose(one, other, rtol=1e-4, atol=1e-6))
