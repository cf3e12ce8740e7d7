"""Evaluation in chunks gives the same results as scikit-learn on the whole set."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss, top_k_accuracy_score

from convlab import DataSettings, Experiment, PluginHost, TrainSettings, run
from convlab.training import evaluator


def test_loss_and_metrics_match_scikit_learn_on_the_whole_test_set(
    small_mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluator, "_LARGEST_CHUNK", 300)  # 1,000 test images: 300, 300, 300 and 100
    result = run(
        Experiment(
            dataset="mnist",
            architecture="mlp",
            metrics=("accuracy", "top_k_accuracy", "macro_f1"),
            metric_options={"top_k_accuracy": {"k": 3}},
            data=DataSettings(limit=1000),
            train=TrainSettings(epochs=1),
        ),
        host=PluginHost(third_party=False),
        data_dir=small_mnist_dir,
        runs_dir=tmp_path,
        progress=False,
    )
    with np.load(small_mnist_dir / "mnist.npz") as arrays:
        images, labels = arrays["x_test"][..., None], arrays["y_test"]
    logits = np.asarray(result.model(images), dtype=np.float64)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = {
        "loss": log_loss(labels, probabilities),
        "accuracy": accuracy_score(labels, logits.argmax(axis=1)),
        "top_k_accuracy": top_k_accuracy_score(labels, logits, k=3),
        "macro_f1": f1_score(labels, logits.argmax(axis=1), average="macro"),
    }
    assert result.test == pytest.approx(expected, abs=1e-5)
