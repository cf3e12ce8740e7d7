"""The built-in metrics equal those of scikit-learn on the whole set, whatever the batch sizes."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, top_k_accuracy_score

from convlab import ConfigError, Metric, PluginHost
from convlab.options.reading import read_options

RNG = np.random.default_rng(0)
LABELS = RNG.choice(5, size=500, p=[0.6, 0.2, 0.1, 0.1, 0.0])  # no image of the last class
LOGITS = (RNG.normal(size=(500, 5)) + 1.5 * np.eye(5)[LABELS]).astype(np.float32)
LOGITS[:, 4] -= 100  # a class that is never predicted
CHUNKS = np.split(np.arange(500), [1, 130, 257])


def build(name: str, **options: Any) -> Any:
    part = PluginHost(third_party=False).find(Metric, name).part
    return part.build(5, read_options(part.options, options, key="metric_options", owner=name))


EXPECTED = {
    "accuracy": accuracy_score(LABELS, LOGITS.argmax(1)),
    "top_k_accuracy": top_k_accuracy_score(LABELS, LOGITS, k=2, labels=range(5)),
    "macro_f1": f1_score(LABELS, LOGITS.argmax(1), average="macro"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_metric_is_exact_for_batches_of_unequal_size_and_after_a_reset(name: str) -> None:
    metric = build(name, **({"k": 2} if name == "top_k_accuracy" else {}))
    for _ in range(2):
        metric.reset_state()
        for chunk in CHUNKS:
            metric.update_state(LABELS[chunk], LOGITS[chunk])
        assert float(metric.result()) == pytest.approx(EXPECTED[name], abs=1e-6)


@pytest.mark.parametrize(
    ("labels", "predicted"), [([0, 1, 3], [0, 3, 3]), ([2, 2], [2, 2]), ([1, 1], [4, 4])]
)
def test_macro_f1_averages_the_classes_that_occur_or_are_predicted(
    labels: list[int], predicted: list[int]
) -> None:
    metric = build("macro_f1")
    metric.update_state(np.array(labels), np.eye(5, dtype=np.float32)[predicted])
    expected = f1_score(labels, predicted, average="macro", zero_division=0)
    assert float(metric.result()) == pytest.approx(expected)


def test_top_k_accuracy_that_counts_every_image_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"k` is 5, but with 5 classes every image .*; use 4 or less"):
        build("top_k_accuracy")


def test_macro_f1_can_be_recreated_from_its_config() -> None:
    import keras

    metric = build("macro_f1")
    restored = keras.metrics.deserialize(keras.metrics.serialize(metric))
    restored.update_state(LABELS, LOGITS)
    assert float(restored.result()) == pytest.approx(EXPECTED["macro_f1"], abs=1e-6)


def test_metrics_of_all_classes_equal_those_of_scikit_learn_in_batches_of_any_size() -> None:
    from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, roc_auc_score

    rng = np.random.default_rng(0)
    labels = rng.choice(4, 500, p=[0.6, 0.2, 0.15, 0.05])
    logits = (3 * rng.normal(size=(500, 4)) + 2 * np.eye(4)[labels]).astype(np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    predictions = logits.argmax(axis=1)
    confidence, hits = probabilities.max(axis=1), predictions == labels
    bins = np.minimum((confidence * 15).astype(int), 14)
    gaps = [abs((confidence - hits)[bins == number].sum()) for number in range(15)]
    expected = {
        "balanced_accuracy": balanced_accuracy_score(labels, predictions),
        "cohen_kappa": cohen_kappa_score(labels, predictions),
        "roc_auc": roc_auc_score(labels, probabilities, multi_class="ovr", average="macro"),
        "calibration_error": sum(gaps) / 500,
    }
    for name, value in expected.items():
        part = PluginHost(third_party=False).find(Metric, name).part
        metric = part.build(4, part.options and part.options())
        for batch in np.split(np.arange(500), [1, 130, 400]):
            metric.update_state(labels[batch], logits[batch])
        assert float(metric.result()) == pytest.approx(value, abs=1e-3), name
