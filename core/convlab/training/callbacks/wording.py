"""The same words for bars and lines."""

from collections.abc import Mapping
from typing import Any

from convlab.data.image_stream import ImageStream
from convlab.training.preparation import Prepared

_NOT_MEASURES = ("epoch", "seconds", "images_per_second")


def describe(prepared: Prepared) -> list[str]:
    """Return the lines that say what is about to be trained."""
    resolved, data = prepared.resolved, prepared.data
    settings = resolved.experiment.train
    height, width, channels = data.input_shape
    count = len(prepared.validation.indices)
    held_out = f" + {count:,} {'held out' if data.validation is None else 'validation'}" if count else ""
    streamed = ", streamed" if isinstance(data.train.images, ImageStream) else ""
    compiled = ", XLA" if prepared.xla else ""
    schedule = "" if settings.schedule == "constant" else f" {settings.schedule}"
    return [
        f"{resolved.experiment.dataset}: {len(prepared.division.train):,} train images{held_out}, "
        f"{len(data.test.labels):,} test images, {height}×{width}×{channels}{streamed}, "
        f"{data.num_classes} classes",
        f"{resolved.experiment.architecture}: {prepared.parameters:,} parameters, {prepared.precision}, "
        f"{settings.loop} loop{compiled}",
        f"{resolved.experiment.optimizer}: learning rate {resolved.learning_rate:g}{schedule}, "
        f"batch {settings.batch_size}, {prepared.plan.total_steps:,} steps, seed {settings.seed}",
    ]


def resumed(epoch: int, step: int) -> str:
    """Return the line that says where a run goes on."""
    return f"going on in epoch {epoch}" + (f" after step {step}" if step else "")


def speed(record: Mapping[str, Any]) -> str:
    """Return an epoch's time and speed, as wide in one epoch as in the next."""
    return f"{record['seconds']:5.1f}s {record['images_per_second']:9,.0f} images/s"


def measures(results: Mapping[str, Any]) -> str:
    """Return the loss and the metrics in one line."""
    shown = (
        f"{name} {value:{'.4f' if abs(value) < 1e4 else '.4g'}}"
        for name, value in results.items()
        if name not in _NOT_MEASURES
    )
    return "  ".join(shown)
