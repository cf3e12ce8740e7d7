"""The part that rates predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from convlab.parts.part import Kind, Part

if TYPE_CHECKING:
    import keras

_CHECKS = "convlab.inspect.checks.metrics"


@dataclass(frozen=True, kw_only=True)
class Metric(Part):
    """A metric over integer labels and logits.

    Attributes:
        build: called as ``build(num_classes, options)``; returns a ``keras.metrics.Metric`` whose
            ``update_state(labels, logits)`` takes int64 labels ``(batch,)`` and float32 logits
            ``(batch, num_classes)``, and whose result is exact for batches of unequal size.
        mode: ``max`` if larger is better, ``min`` if smaller is.

    Example::

        from convlab import Metric, hookimpl

        def build(num_classes, options):
            import keras
            return keras.metrics.SparseTopKCategoricalAccuracy(k=2)

        @hookimpl
        def convlab_metrics():
            return [Metric(name="top_2", summary="The label is among the 2 likeliest classes", build=build)]
    """

    kind: ClassVar[Kind] = Kind(
        name="metric",
        flag="-m",
        help="Metrics to compute in addition to the loss.",
        default=("accuracy",),
        several=True,
        subject=f"{_CHECKS}.metric_subject:MetricSubject",
        checks=(f"{_CHECKS}.results",),
        begin_with="calibration.py",
    )
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("num_classes", "options")

    build: Callable[[int, Any], keras.metrics.Metric]
    mode: Literal["min", "max"] = "max"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode not in ("min", "max"):
            raise ValueError(f"{self}: mode must be 'min' or 'max', got {self.mode!r}")
