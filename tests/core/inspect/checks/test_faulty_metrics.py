"""Each mistake in a metric is caught by the check of its name, and the message says the fix."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab import Metric


def right(labels: Any, logits: Any) -> Any:
    import keras

    return keras.ops.cast(keras.ops.equal(labels, keras.ops.argmax(logits, axis=-1)), "float32")


def wants_one_hot(num_classes: int, options: None) -> Any:
    import keras

    return keras.metrics.F1Score(average="macro")


def mean_of_means(num_classes: int, options: None) -> Any:
    import keras

    class MeanOfMeans(keras.metrics.Mean):
        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            super().update_state(keras.ops.mean(right(labels, logits)))

    return MeanOfMeans()


def counts(num_classes: int, options: None) -> Any:
    import keras

    class Right(keras.metrics.Sum):
        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            super().update_state(right(labels, logits))

    return Right()


def never_resets(num_classes: int, options: None) -> Any:
    import keras

    class Forever(keras.metrics.Mean):
        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            super().update_state(right(labels, logits))

        def reset_state(self) -> None:
            pass

    return Forever()


def python_counts(num_classes: int, options: None) -> Any:
    import keras

    class InPython(keras.metrics.Metric):
        right, seen = 0.0, 0

        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            self.right += keras.ops.sum(right(labels, logits))
            self.seen += len(labels)

        def result(self) -> Any:
            return self.right / max(self.seen, 1)

        def reset_state(self) -> None:
            self.right, self.seen = 0.0, 0

    return InPython()


def probabilities(num_classes: int, options: None) -> Any:
    import keras

    return keras.metrics.SparseCategoricalCrossentropy()


def the_wrong_way_round(num_classes: int, options: None) -> Any:
    import keras

    return keras.metrics.MeanMetricWrapper(lambda labels, logits: 1 - right(labels, logits), name="error")


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (wants_one_hot, "takes_labels_and_logits", "failed on labels (batch,)", "update_state(labels, logits"),
    (mean_of_means, "unequal_batches", "in chunks it gives", "add sums and counts"),
    (counts, "averages_over_images", "the same twice", "divide by the number of images"),
    (never_resets, "resets", "after a reset it gives", "add_weight"),
    (python_counts, "works_in_a_graph", "", "keep counts in variables"),
    (probabilities, "reads_logits", "larger by 7", "from_logits=True"),
    (the_wrong_way_round, "better_is_better", "more is said to be better", "mode='min'"),
]


@pytest.mark.parametrize(("build", "name", "found", "fix"), CASES, ids=[case[0].__name__ for case in CASES])
def test_a_mistake_is_caught_by_the_check_of_its_name(
    assert_caught: Callable[..., None], build: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    part = Metric(name="faulty", summary="A metric with a mistake", build=build)
    assert_caught(part, name, found, fix)
