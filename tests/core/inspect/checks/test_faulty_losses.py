"""For each mistake in a loss, one check fails and suggests the fix."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab import Loss


def loss(call: Callable[[Any, Any], Any], **options: Any) -> Any:
    import keras

    return type("Faulty", (keras.losses.Loss,), {"call": lambda self, *pair: call(*pair)})(**options)


def targets(labels: Any, logits: Any) -> Any:
    import keras

    if len(labels.shape) == len(logits.shape):
        return labels
    return keras.ops.one_hot(keras.ops.cast(labels, "int32"), logits.shape[-1])


def requires_one_hot_labels(class_counts: Any, options: None) -> Any:
    import keras

    return keras.losses.CategoricalCrossentropy(from_logits=True)


def overflows(class_counts: Any, options: None) -> Any:
    from keras import ops

    def call(labels: Any, logits: Any) -> Any:
        probabilities = ops.exp(logits) / ops.sum(ops.exp(logits), axis=-1, keepdims=True)
        return -ops.sum(targets(labels, logits) * ops.log(probabilities), axis=-1)

    return loss(call)


def refuses_mixed_labels(class_counts: Any, options: None) -> Any:
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def sums_over_images(class_counts: Any, options: None) -> Any:
    from keras import ops

    def call(labels: Any, logits: Any) -> Any:
        return -ops.sum(targets(labels, logits) * ops.log_softmax(logits), axis=-1)

    return loss(call, reduction="sum")


def rewards_mistakes(class_counts: Any, options: None) -> Any:
    from keras import ops

    return loss(lambda labels, logits: ops.sum(targets(labels, logits) * ops.softmax(logits), axis=-1))


def cannot_be_differentiated(class_counts: Any, options: None) -> Any:
    from keras import ops

    def call(labels: Any, logits: Any) -> Any:
        return 1 - ops.sum(targets(labels, logits) * ops.one_hot(ops.argmax(logits, -1), 5), axis=-1)

    return loss(call)


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (
        requires_one_hot_labels,
        "takes_labels_and_logits",
        "failed on labels of shape (batch,)",
        "build(class_counts",
    ),
    (overflows, "takes_labels_and_logits", "the loss is nan", "log_softmax"),
    (refuses_mixed_labels, "takes_mixed_labels", "failed on labels of shape (batch, 5)", "keras.ops.one_hot"),
    (sums_over_images, "averages_over_images", "if each image is repeated", "default reduction"),
    (rewards_mistakes, "can_be_minimized", "for right predictions", "a lower value for better"),
    (cannot_be_differentiated, "can_be_minimized", "no gradient", "can differentiate"),
]


@pytest.mark.parametrize(("build", "name", "found", "fix"), CASES, ids=[case[0].__name__ for case in CASES])
def test_exactly_one_check_fails_for_each_mistake(
    assert_caught: Callable[..., None], build: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    part = Loss(name="faulty", summary="A loss with a mistake", build=build)
    assert_caught(part, name, found, fix)
