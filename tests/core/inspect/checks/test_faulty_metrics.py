"""For each mistake in a metric, one check fails and suggests the fix."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from convlab import Metric


def is_correct(labels: Any, logits: Any) -> Any:
    import keras

    return keras.ops.cast(keras.ops.equal(labels, keras.ops.argmax(logits, axis=-1)), "float32")


def requires_one_hot_labels(num_classes: int, options: None) -> Any:
    import keras

    return keras.metrics.F1Score(average="macro")


def averages_batch_means(num_classes: int, options: None) -> Any:
    import keras

    class MeanOfMeans(keras.metrics.Mean):
        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            super().update_state(keras.ops.mean(is_correct(labels, logits)))

    return MeanOfMeans()


def counts_instead_of_averaging(num_classes: int, options: None) -> Any:
    import keras

    class Correct(keras.metrics.Sum):
        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            super().update_state(is_correct(labels, logits))

    return Correct()


def never_resets(num_classes: int, options: None) -> Any:
    import keras

    class Forever(keras.metrics.Mean):
        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            super().update_state(is_correct(labels, logits))

        def reset_state(self) -> None:
            pass

    return Forever()


def counts_in_python(num_classes: int, options: None) -> Any:
    import keras

    class InPython(keras.metrics.Metric):
        correct, seen = 0.0, 0

        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            self.correct += keras.ops.sum(is_correct(labels, logits))
            self.seen += len(labels)

        def result(self) -> Any:
            return self.correct / max(self.seen, 1)

        def reset_state(self) -> None:
            self.correct, self.seen = 0.0, 0

    return InPython()


def expects_probabilities(num_classes: int, options: None) -> Any:
    import keras

    return keras.metrics.SparseCategoricalCrossentropy()


def wrong_mode(num_classes: int, options: None) -> Any:
    import keras

    return keras.metrics.MeanMetricWrapper(
        lambda labels, logits: 1 - is_correct(labels, logits), name="error"
    )


def counts_on_ten_classes(num_classes: int, options: None) -> Any:
    import keras

    class Recall(keras.metrics.Metric):
        def __init__(self) -> None:
            super().__init__()
            self.right = self.add_weight(shape=(num_classes,), initializer="zeros", name="right")
            self.all = self.add_weight(shape=(num_classes,), initializer="zeros", name="all")

        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            one_hot = keras.ops.one_hot(labels, num_classes)
            self.all.assign_add(keras.ops.sum(one_hot, axis=0))
            self.right.assign_add(keras.ops.sum(one_hot * is_correct(labels, logits)[:, None], axis=0))

        def result(self) -> Any:
            return keras.ops.sum(self.right / keras.ops.maximum(self.all, 1)) / 10

    return Recall()


def divides_by_absent_classes(num_classes: int, options: None) -> Any:
    import keras

    class Balanced(type(counts_on_ten_classes(num_classes, None))):  # type: ignore[misc]
        def result(self) -> Any:
            return keras.ops.mean(self.right / self.all)

    return Balanced()


def shares_its_counts(num_classes: int, options: None) -> Any:
    import keras

    class Shared(keras.metrics.SparseCategoricalAccuracy):
        def __init__(self) -> None:
            super().__init__()
            self.total, self.count = SHARED.total, SHARED.count

    if not hasattr(SHARED, "total"):
        original = keras.metrics.SparseCategoricalAccuracy()
        SHARED.total, SHARED.count = original.total, original.count
    return Shared()


SHARED = SimpleNamespace()


def returns_a_result_per_class(num_classes: int, options: None) -> Any:
    import keras

    class PerClass(keras.metrics.SparseCategoricalAccuracy):
        def result(self) -> Any:
            return {"all": super().result()}

    return PerClass()


def thresholds_logits(num_classes: int, options: None) -> Any:
    import keras

    def sure(labels: Any, logits: Any) -> Any:
        return is_correct(labels, logits) * keras.ops.cast(keras.ops.max(logits, axis=-1) > 0.5, "float32")

    return keras.metrics.MeanMetricWrapper(sure, name="sure")


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (
        requires_one_hot_labels,
        "takes_labels_and_logits",
        "failed on labels of shape (batch,)",
        "update_state(labels, logits",
    ),
    (averages_batch_means, "unequal_batches", "in batches and", "add sums and counts"),
    (
        counts_instead_of_averaging,
        "averages_over_images",
        "if each is repeated",
        "divide by the number of images",
    ),
    (never_resets, "resets", "after a reset and", "add_weight"),
    (counts_in_python, "works_in_a_graph", "", "keep counts in variables"),
    (expects_probabilities, "reads_logits", "with 7 added to every logit", "from_logits=True"),
    (counts_on_ten_classes, "fits_any_number_of_classes", "0.2 with 2", "use the num_classes"),
    (divides_by_absent_classes, "takes_absent_classes", "for a single image the result is nan", "maximum"),
    (shares_its_counts, "instances_are_independent", "if another metric is updated", "not of the class"),
    (returns_a_result_per_class, "takes_labels_and_logits", "must return one number; got dict", "scalar"),
    (thresholds_logits, "reads_logits", "with -7 added to every logit", "softmax"),
    (wrong_mode, "better_is_better", "mode='max' means that higher is better", "mode='min'"),
]


@pytest.mark.parametrize(("build", "name", "found", "fix"), CASES, ids=[case[0].__name__ for case in CASES])
def test_exactly_one_check_fails_for_each_mistake(
    assert_caught: Callable[..., None], build: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    part = Metric(name="faulty", summary="A metric with a mistake", build=build)
    assert_caught(part, name, found, fix)
