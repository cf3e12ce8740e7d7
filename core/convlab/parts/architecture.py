"""The part that builds a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from convlab.parts.part import Kind, Part

if TYPE_CHECKING:
    import keras

Scaling = Literal["standard", "unit", "none"]
"""The values of ``data.scaling``."""

_CHECKS = "convlab.inspect.checks.architectures"


@dataclass(frozen=True, kw_only=True)
class Architecture(Part):
    """A network.

    Attributes:
        build: called as ``build(input_shape, num_classes, options)``, where ``input_shape`` is
            ``(height, width, channels)``; returns a ``keras.Model`` that maps scaled float images
            ``(batch, height, width, channels)`` to logits ``(batch, num_classes)``, without a softmax.
        scaling: the only ``data.scaling`` with which the network works, such as that of pretrained weights;
            ``None`` if any will do.

    Example::

        from convlab import Architecture, hookimpl

        def build(input_shape, num_classes, options):
            import keras
            return keras.Sequential([
                keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(num_classes),
            ])

        @hookimpl
        def convlab_architectures():
            return [Architecture(name="linear", summary="One dense layer", build=build)]
    """

    kind: ClassVar[Kind] = Kind(
        name="architecture",
        flag="-a",
        help="The network to train.",
        default="cnn",
        subject=f"{_CHECKS}.architecture_subject:ArchitectureSubject",
        checks=(
            f"{_CHECKS}.outputs",
            f"{_CHECKS}.gradients",
            f"{_CHECKS}.inference",
            f"{_CHECKS}.image_use",
            f"{_CHECKS}.learning",
            f"{_CHECKS}.seeding",
            f"{_CHECKS}.saving",
            f"{_CHECKS}.run_support",
        ),
        begin_with="network.py",
    )
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("input_shape", "num_classes", "options")

    build: Callable[[tuple[int, int, int], int, Any], keras.Model]
    scaling: Scaling | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scaling not in (None, *get_args(Scaling)):
            raise ValueError(
                f"{self}: scaling must be one of {', '.join(get_args(Scaling))}, got {self.scaling!r}"
            )

    @property
    def default_scaling(self) -> Scaling:
        """The ``data.scaling`` of an experiment that leaves it out."""
        return self.scaling or "standard"
