"""An architecture under check, and the networks that its checks share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.errors import ConvlabError
from convlab.inspect.checks.outcome import NotApplicableError
from convlab.inspect.checks.subject import PartSubject

if TYPE_CHECKING:
    import keras

Shape = tuple[int, int, int]
Array = npt.NDArray[np.float32]

SHAPES: tuple[Shape, ...] = ((28, 28, 1), (32, 32, 3), (17, 23, 3))
CLASSES = (2, 10, 100)
# Tried if an architecture rejects all common shapes.
_LARGER_SHAPES: tuple[Shape, ...] = ((64, 64, 3), (96, 96, 3), (224, 224, 3))


class UnsupportedShapeError(NotApplicableError):
    """The architecture rejects an image shape with a ``ConvlabError``."""


@dataclass(kw_only=True, eq=False)
class ArchitectureSubject(PartSubject):
    """An architecture, built with its default options."""

    needs_tensorflow: ClassVar[bool] = True

    _logits: dict[tuple[Shape, int], Any] = field(default_factory=dict)

    def build(
        self, shape: Shape, num_classes: int = 10, *, seed: int = 0, bfloat16: bool = False
    ) -> "keras.Model":
        """Build a new network the way a run does.

        Raises:
            UnsupportedShapeError: the architecture rejects the shape with a ``ConvlabError``.
            PluginError: the architecture fails in any other way.
        """
        from convlab.training.model.network import build_seeded

        precision: Any = "mixed_bfloat16" if bfloat16 else "float32"
        try:
            return build_seeded(
                self.provided, self.options(), shape, num_classes, seed=seed, precision=precision
            )
        except ConvlabError as error:
            if isinstance(error.__cause__, ConvlabError):  # raised by the architecture, not by convlab
                raise UnsupportedShapeError(str(error.__cause__)) from error
            raise

    def logits(self, shape: Shape, num_classes: int) -> Any:
        """Return the output for two images of a network built for that shape and number of classes."""
        if (shape, num_classes) not in self._logits:
            network = self.build(shape, num_classes)
            self._logits[shape, num_classes] = network(noise(2, shape), training=False)
        return self._logits[shape, num_classes]

    @cached_property
    def shape(self) -> Shape:
        """The first common shape that the architecture accepts; checks that need one shape use it.

        Raises:
            NotApplicableError: it accepts none.
        """
        for shape in (*SHAPES, *_LARGER_SHAPES):
            try:
                self.logits(shape, 10)
            except (Exception, SystemExit):  # reported by builds_for_…
                continue
            return shape
        raise NotApplicableError("no network could be built")

    @cached_property
    def model(self) -> "keras.Model":
        """A network for images of ``shape`` and 10 classes, with its initial weights."""
        return self.build(self.shape)

    @contextmanager
    def modifiable_model(self) -> Iterator["keras.Model"]:
        """Yield ``model`` to a check that modifies it, and restore all its variables afterwards."""
        variables = self.model.variables
        before = [variable.numpy() for variable in variables]
        try:
            yield self.model
        finally:
            for variable, value in zip(variables, before, strict=True):
                variable.assign(value)


def noise(count: int, shape: Shape, seed: int = 0) -> Array:
    """Return random images scaled like the input of a network: zero mean and unit variance."""
    return np.random.default_rng(seed).normal(size=(count, *shape)).astype(np.float32)
