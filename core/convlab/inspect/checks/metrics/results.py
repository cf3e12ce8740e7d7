"""Whether a metric counts every image for what it is, in whatever batches the images come."""

import math
from typing import Any

import numpy as np

from convlab.errors import in_one_line
from convlab.inspect.checks.metrics.subject import CLASSES, LABELS, LOGITS, MetricSubject, close
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

_CHUNKS = np.split(np.arange(len(LABELS)), [1, 130, 257])


@check(
    "It takes int64 labels and float32 logits, and gives one finite number",
    why="that is what every network gives it, and what every report shows",
    fix="return a keras.metrics.Metric whose update_state(labels, logits, sample_weight=None) takes labels "
    "(batch,) and logits (batch, num_classes), as keras.metrics.Sparse… do, and whose result() is a scalar",
)
def takes_labels_and_logits(subject: MetricSubject) -> None:
    """Try 2 and 10 classes."""
    for num_classes in (2, CLASSES):
        metric = subject.build(num_classes)
        metric.update_state(LABELS % num_classes, LOGITS[:, :num_classes])
        result = float(metric.result())
        if not math.isfinite(result):
            raise CheckFailedError(f"with {num_classes} classes it gives {result}")


@check(
    "Batches of unequal size give the same as all images at once",
    why="evaluation goes in chunks, and the last is smaller: a mean of means would count its images twice",
    fix="add sums and counts in update_state and divide in result(), as keras.metrics.Mean does with each "
    "image's value",
    needs=("takes_labels_and_logits",),
)
def unequal_batches(subject: MetricSubject) -> None:
    """Compare chunks of 1, 129, 127 and 43 images with one pass over all."""
    at_once, metric = subject.value(), subject.build()
    for chunk in _CHUNKS:
        metric.update_state(LABELS[chunk], LOGITS[chunk])
    if not close(float(metric.result()), at_once):
        raise CheckFailedError(f"in chunks it gives {float(metric.result()):.6g}, at once {at_once:.6g}")


@check(
    "More of the same images give the same value",
    why="a value that grows with the number of images says how many there are, not how good the predictions",
    fix="divide by the number of images in result()",
    needs=("takes_labels_and_logits",),
)
def averages_over_images(subject: MetricSubject) -> None:
    """Compare the images with twice the same."""
    once = subject.value()
    twice = subject.value(np.tile(LABELS, 2), np.tile(LOGITS, (2, 1)))
    if not math.isclose(once, twice, rel_tol=0.02, abs_tol=1e-5):  # n and n - 1 may differ
        raise CheckFailedError(f"{len(LABELS)} images give {once:.6g}, the same twice {twice:.6g}")


@check(
    "It starts anew after a reset",
    why="each epoch and the validation begin with a reset: what is left over mixes them",
    fix="make every count a variable by add_weight, which reset_state() sets to zero, or reset it there",
    needs=("takes_labels_and_logits",),
)
def resets(subject: MetricSubject) -> None:
    """Compare a metric that has seen wrong predictions and was reset with a new one."""
    metric = subject.build()
    metric.update_state(LABELS[:70], -LOGITS[:70])
    metric.reset_state()
    metric.update_state(LABELS, LOGITS)
    fresh, again = subject.value(), float(metric.result())
    if not close(again, fresh):
        raise CheckFailedError(f"after a reset it gives {again:.6g}, a new one {fresh:.6g}")


@check(
    "It works in a graph",
    why="the training loop updates it in one graph of many steps",
    fix="use keras.ops on tensors rather than NumPy or Python numbers, and keep counts in variables",
    needs=("takes_labels_and_logits",),
)
def works_in_a_graph(subject: MetricSubject) -> None:
    """Update in a ``tf.function`` and compare."""
    import tensorflow as tf

    metric = subject.build()
    shapes = [tf.TensorSpec((None,), tf.int64), tf.TensorSpec((None, CLASSES), tf.float32)]

    @tf.function(input_signature=shapes)
    def update(labels: Any, logits: Any) -> None:
        metric.update_state(labels, logits)

    try:
        for chunk in _CHUNKS:
            update(LABELS[chunk], LOGITS[chunk])
        in_graph = float(metric.result())
    except Exception as error:
        raise CheckFailedError(in_one_line(error)) from error
    eager = subject.build()
    for chunk in _CHUNKS:
        eager.update_state(LABELS[chunk], LOGITS[chunk])
    if not close(in_graph, float(eager.result())):
        raise CheckFailedError(f"in a graph it gives {in_graph:.6g}, otherwise {float(eager.result()):.6g}")
