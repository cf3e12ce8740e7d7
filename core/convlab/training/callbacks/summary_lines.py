"""The lines that progress bars, plain lines and commands show of a run."""

import math
from collections.abc import Mapping
from typing import Any

from convlab.data.image_stream import ImageStream
from convlab.training.preparation import Prepared

_NOT_METRICS = ("epoch", "seconds", "images_per_second")


def describe(prepared: Prepared) -> list[str]:
    """Return the lines that say what is trained."""
    resolved, data = prepared.resolved, prepared.data
    settings = resolved.experiment.train
    height, width, channels = data.input_shape
    counts = {
        "training": prepared.plan.images,
        "validation": len(prepared.validation.indices),
        "test": len(data.test.labels),
    }
    images = ", ".join(f"{count:,} {split}" for split, count in counts.items() if count)
    sealed = "" if settings.test else " (not evaluated)"
    streamed = ", streamed" if isinstance(data.train.images, ImageStream) else ""
    compiled = ", XLA" if prepared.xla else ""
    schedule = resolved.experiment.schedule
    augmented, steps = resolved.experiment.augment, prepared.plan.total_steps
    return [
        f"{resolved.experiment.dataset}: {images}{sealed} images, {height}×{width}×{channels}{streamed}, "
        f"{data.num_classes} classes",
        *([f"augmented: {', '.join(augmented)}"] if augmented else []),
        f"{resolved.experiment.architecture}: {prepared.parameters:,} parameters, {prepared.precision}, "
        f"{settings.loop} loop{compiled}",
        f"{resolved.experiment.optimizer}: learning rate {resolved.learning_rate:g}"
        f"{'' if schedule == 'constant' else f' {schedule}'}, "
        f"batch {prepared.plan.batch_size}, {steps:,} step{'s' * (steps != 1)}, seed {settings.seed}",
    ]


def resuming(epoch: int, step: int) -> str:
    """Return the line that says where a run resumes."""
    return f"resuming in epoch {epoch}" + (f" after step {step}" if step else "")


def speed(record: Mapping[str, Any]) -> str:
    """Return an epoch's time and speed, in columns."""
    return f"{record['seconds']:5.1f}s {record['images_per_second']:9,.0f} images/s"


def metrics_line(results: Mapping[str, Any]) -> str:
    """Return the loss and the metrics in one line."""
    return "  ".join(metric_pieces(results))


def metric_pieces(results: Mapping[str, Any]) -> list[str]:
    """Return the loss and the metrics, such as ``loss 0.1234``."""
    return [f"{name} {decimal(value)}" for name, value in results.items() if name not in _NOT_METRICS]


def decimal(value: float | None) -> str:
    """Return a loss or a metric with 4 decimals or digits; files have no value for NaN."""
    number = math.nan if value is None else value
    return f"{number:{'.4f' if not abs(number) >= 1e4 else '.4g'}}"
