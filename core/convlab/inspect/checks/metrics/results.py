"""Whether the result of a metric is right, however the images are batched."""

import math
from contextlib import suppress
from typing import Any

import numpy as np

from convlab.errors import ConfigError, ConvlabError, in_one_line
from convlab.inspect.checks.metrics.metric_subject import (
    CLASSES,
    LABELS,
    LOGITS,
    MetricSubject,
    all_labels,
    close,
    confident_logits,
    fair_logits,
)
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

_MANY_CLASSES = 100
_BATCHES = np.split(np.arange(len(LABELS)), [1, 130, 257])
_RANKING_TOLERANCE = 0.01  # the effect that one image in a hundred may have


@check(
    "Takes int64 labels and float32 logits, and returns one finite number",
    why="every network produces these inputs, and every report shows a number",
    fix="return a keras.metrics.Metric whose update_state(labels, logits, sample_weight=None) takes labels "
    "(batch,) and logits (batch, num_classes), as keras.metrics.Sparse… do, and whose result() is a scalar",
)
def takes_labels_and_logits(subject: MetricSubject) -> None:
    """Try 2, 10 and 100 classes."""
    for num_classes in (2, CLASSES, _MANY_CLASSES):
        labels = all_labels(num_classes)
        try:
            result = subject.value(labels, fair_logits(labels, num_classes), num_classes)
        except ConfigError:  # such as a k that needs more classes
            if num_classes == CLASSES:
                raise
            continue
        except ConvlabError:
            raise
        except Exception as error:
            raise CheckFailedError(f"with {num_classes} classes: {in_one_line(error)}") from error
        if not math.isfinite(result):
            raise CheckFailedError(f"with {num_classes} classes the result is {result}")


@check(
    "Rates perfect predictions the same for any number of classes",
    why="a metric that counts on ten classes is wrong for every other dataset, without an error",
    fix="use the num_classes that build receives",
    needs=("takes_labels_and_logits",),
)
def fits_any_number_of_classes(subject: MetricSubject) -> None:
    """Compare 2, 10 and 100 classes, if the result for 10 is 0 or 1, as of a fraction or an error."""
    values = {}
    for num_classes in (2, CLASSES, _MANY_CLASSES):
        labels = all_labels(num_classes)
        with suppress(ConfigError):  # takes_labels_and_logits allows it to refuse other numbers than 10
            values[num_classes] = subject.value(labels, confident_logits(labels, num_classes), num_classes)
    limit = round(values[CLASSES])
    if limit in (0, 1) and abs(values[CLASSES] - limit) < _RANKING_TOLERANCE:
        for num_classes, value in values.items():
            if not abs(value - limit) < _RANKING_TOLERANCE:
                raise CheckFailedError(
                    f"for perfect predictions the result is {values[CLASSES]:.4g} with {CLASSES} classes and "
                    f"{value:.4g} with {num_classes}"
                )


@check(
    "Takes data without images of some classes",
    why="a validation set may lack a class; a result that is not a number cannot select an epoch",
    fix="divide by keras.ops.maximum(count, 1), or by the number of classes that occur",
    needs=("takes_labels_and_logits",),
)
def takes_absent_classes(subject: MetricSubject) -> None:
    """Try a single image, and images of one class predicted as another."""
    one_class = np.zeros_like(LABELS)
    for what, labels, logits in (
        ("a single image", LABELS[:1], LOGITS[:1]),
        ("images of one class", one_class, LOGITS),
        ("images of one class, all predicted as another", one_class, confident_logits(one_class + 1)),
    ):
        result = subject.value(labels, logits)
        if not math.isfinite(result):
            raise CheckFailedError(f"for {what} the result is {result}")


@check(
    "Two metrics have separate state, and the same result for the same predictions",
    why="training and validation each build one, and a run that is repeated must give the same results",
    fix="keep counts in variables of the instance, not of the class or module, and use no random numbers",
    needs=("takes_labels_and_logits",),
)
def instances_are_independent(subject: MetricSubject) -> None:
    """Update one between the updates of another."""
    alone, first, second = subject.value(), subject.build(), subject.build()
    half = len(LABELS) // 2
    first.update_state(LABELS[:half], LOGITS[:half])
    second.update_state(LABELS, -LOGITS)
    first.update_state(LABELS[half:], LOGITS[half:])
    together = float(first.result())
    if not close(together, alone):
        raise CheckFailedError(f"the result is {alone:.6g}, and {together:.6g} if another metric is updated")


@check(
    "Batches of unequal size give the same result as one batch",
    why="the last batch of an evaluation is smaller; in a mean of batch means its images count too much",
    fix="add sums and counts in update_state and divide in result(), as keras.metrics.Mean does with one "
    "value per image",
    needs=("takes_labels_and_logits",),
)
def unequal_batches(subject: MetricSubject) -> None:
    """Compare batches of 1, 129, 127 and 43 images with one batch of all."""
    in_one, metric = subject.value(), subject.build()
    for batch in _BATCHES:
        metric.update_state(LABELS[batch], LOGITS[batch])
    in_batches = float(metric.result())
    if not close(in_batches, in_one):
        raise CheckFailedError(f"the result is {in_batches:.6g} in batches and {in_one:.6g} in one batch")


@check(
    "Repeating the images does not change the result",
    why="a result that grows with the number of images reflects the size of the dataset, not the quality of "
    "the predictions",
    fix="divide by the number of images in result()",
    needs=("takes_labels_and_logits",),
)
def averages_over_images(subject: MetricSubject) -> None:
    """Compare the images with the same images twice."""
    once = subject.value()
    twice = subject.value(np.tile(LABELS, 2), np.tile(LOGITS, (2, 1)))
    if not math.isclose(once, twice, rel_tol=0.02, abs_tol=1e-5):  # allows for n versus n - 1
        raise CheckFailedError(
            f"the result is {once:.6g} for {len(LABELS)} images and {twice:.6g} if each is repeated"
        )


@check(
    "A reset clears its state",
    why="each epoch and each validation starts with a reset; state that survives mixes their results",
    fix="create every count with add_weight, which reset_state() sets to zero, or reset it there",
    needs=("takes_labels_and_logits",),
)
def resets(subject: MetricSubject) -> None:
    """Compare a new metric with one that was reset after wrong predictions."""
    metric = subject.build()
    metric.update_state(LABELS[:70], -LOGITS[:70])
    metric.reset_state()
    metric.update_state(LABELS, LOGITS)
    new, after_reset = subject.value(), float(metric.result())
    if not close(after_reset, new):
        raise CheckFailedError(
            f"the result is {after_reset:.6g} after a reset and {new:.6g} for a new metric"
        )


@check(
    "Works in a graph",
    why="the training loop updates metrics inside a tf.function",
    fix="use keras.ops on tensors instead of NumPy or Python numbers, and keep counts in variables",
    needs=("takes_labels_and_logits",),
)
def works_in_a_graph(subject: MetricSubject) -> None:
    """Compare updates in a ``tf.function`` with eager ones."""
    import tensorflow as tf

    metric = subject.build()
    shapes = [tf.TensorSpec((None,), tf.int64), tf.TensorSpec((None, CLASSES), tf.float32)]

    @tf.function(input_signature=shapes)
    def update(labels: Any, logits: Any) -> None:
        metric.update_state(labels, logits)

    try:
        for batch in _BATCHES:
            update(LABELS[batch], LOGITS[batch])
        in_graph = float(metric.result())
    except Exception as error:
        raise CheckFailedError(in_one_line(error)) from error
    eager_metric = subject.build()
    for batch in _BATCHES:
        eager_metric.update_state(LABELS[batch], LOGITS[batch])
    eager = float(eager_metric.result())
    if not close(in_graph, eager):
        raise CheckFailedError(f"the result is {in_graph:.6g} in a graph and {eager:.6g} in eager mode")


@check(
    "Reads logits, not probabilities",
    why="networks return logits; a metric that takes them for probabilities returns a plausible but wrong "
    "number",
    fix="apply keras.ops.softmax(logits) first, or create the Keras metric with from_logits=True",
    needs=("takes_labels_and_logits",),
)
def reads_logits(subject: MetricSubject) -> None:
    """Add a constant to all logits, which does not change the probabilities."""
    plain = subject.value()
    for constant in (7, -7):
        shifted = subject.value(LABELS, LOGITS + constant)
        if not close(plain, shifted):
            raise CheckFailedError(
                f"the result is {plain:.6g}, and {shifted:.6g} with {constant} added to every logit, which "
                "leaves the probabilities unchanged"
            )


@check(
    "Ranks right predictions above random ones, and random ones above wrong ones",
    why="the metric can select the best epoch and stop a run early; with the wrong direction, the worst "
    "epoch is kept",
    fix="compare the labels with keras.ops.argmax(logits, axis=-1), and pass Metric(mode='min') if lower is "
    "better",
    needs=("takes_labels_and_logits",),
)
def better_is_better(subject: MetricSubject) -> None:
    """Compare confident predictions that are all right, random, and all wrong."""
    mode = subject.part.mode
    values = {
        "right": subject.value(LABELS, confident_logits(LABELS)),
        "random": subject.value(LABELS, confident_logits(LABELS[::-1])),
        "wrong": subject.value(LABELS, confident_logits((LABELS + 1) % CLASSES)),
    }
    right, random, wrong = (value if mode == "max" else -value for value in values.values())
    if not (_at_least(right, random) and _at_least(random, wrong)):
        results = ", ".join(f"{value:.4g} for {kind}" for kind, value in values.items())
        direction = "higher" if mode == "max" else "lower"
        raise CheckFailedError(f"mode={mode!r} means that {direction} is better; got {results} predictions")


def _at_least(better: float, worse: float) -> bool:
    return better >= worse - _RANKING_TOLERANCE * max(1.0, abs(worse))
