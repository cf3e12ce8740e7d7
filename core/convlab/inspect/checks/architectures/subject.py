"""An architecture that is checked, and the networks that its checks share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.errors import ConvlabError
from convlab.inspect.checks.outcome import NotApplicableError
from convlab.inspect.checks.registry import SubjectKind
from convlab.inspect.checks.subject import PartSubject

if TYPE_CHECKING:
    import keras

Shape = tuple[int, int, int]
Array = npt.NDArray[np.float32]

SHAPES: tuple[Shape, ...] = ((28, 28, 1), (32, 32, 3), (17, 23, 3))
CLASSES = (2, 10, 100)
# Tried where an architecture refuses all of the common ones.
_LARGER_SHAPES: tuple[Shape, ...] = ((64, 64, 3), (96, 96, 3), (224, 224, 3))


class RefusedError(NotApplicableError):
    """The architecture itself says, in a ``ConvlabError``, that it does not take such images."""


@dataclass(kw_only=True, eq=False)
class ArchitectureSubject(PartSubject):
    """An architecture, built with its default options."""

    kind: ClassVar[SubjectKind] = "architecture"
    needs_tensorflow: ClassVar[bool] = True

    _logits: dict[tuple[Shape, int], Any] = field(default_factory=dict)

    def build(
        self, shape: Shape, num_classes: int = 10, *, seed: int = 0, bfloat16: bool = False
    ) -> "keras.Model":
        """Build a network anew, as a run does.

        Raises:
            RefusedError: the architecture refuses the shape in one clear sentence.
            PluginError: it fails.
        """
        from convlab.training.model.network import build_seeded

        precision: Any = "mixed_bfloat16" if bfloat16 else "float32"
        try:
            return build_seeded(
                self.provided, self.options(), shape, num_classes, seed=seed, precision=precision
            )
        except ConvlabError as error:
            if isinstance(error.__cause__, ConvlabError):  # the architecture's own words
                raise RefusedError(str(error.__cause__)) from error
            raise

    def logits(self, shape: Shape, num_classes: int) -> Any:
        """Return what a network built for such images and classes makes of two of them."""
        if (shape, num_classes) not in self._logits:
            network = self.build(shape, num_classes)
            self._logits[shape, num_classes] = network(noise(2, shape), training=False)
        return self._logits[shape, num_classes]

    @cached_property
    def shape(self) -> Shape:
        """The first of the common shapes that the architecture takes; other checks use it.

        Raises:
            NotApplicableError: it takes none.
        """
        for shape in (*SHAPES, *_LARGER_SHAPES):
            try:
                self.logits(shape, 10)
            except (Exception, SystemExit):  # what builds_for_… tells
                continue
            return shape
        raise NotApplicableError("no network could be built")

    @cached_property
    def model(self) -> "keras.Model":
        """A network for images of ``shape`` and 10 classes, with its initial weights."""
        return self.build(self.shape)

    @contextmanager
    def trainable(self) -> Iterator["keras.Model"]:
        """Lend ``model`` to be changed; its weights and counts are as before afterwards."""
        variables = self.model.variables
        before = [variable.numpy() for variable in variables]
        try:
            yield self.model
        finally:
            for variable, value in zip(variables, before, strict=True):
                variable.assign(value)


def noise(count: int, shape: Shape, seed: int = 0) -> Array:
    """Return images as a network gets them: scaled to zero mean and unit variance."""
    return np.random.default_rng(seed).normal(size=(count, *shape)).astype(np.float32)


def in_words(shape: Shape) -> str:
    """Return a shape as ``28×28×1``."""
    return "×".join(map(str, shape))
