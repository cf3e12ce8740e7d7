"""The documented accuracies and export guarantees hold on the full datasets."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from convlab import Experiment, PluginHost, Run, TrainSettings, evaluate, export, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(whole_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    host = PluginHost(third_party=False)

    @cache
    def train(dataset: str, architecture: str, **settings: Any) -> Run:
        return run(
            Experiment(dataset=dataset, architecture=architecture, train=TrainSettings(**settings)),
            host=host,
            data_dir=whole_data_dir,
            runs_dir=tmp_path_factory.mktemp("runs"),
            progress=False,
        )

    return train


def test_one_epoch_of_mnist_reaches_the_documented_accuracy(trained: Any) -> None:
    assert trained("mnist", "cnn", epochs=1).test["accuracy"] >= 0.985
    assert trained("mnist", "mlp", epochs=1).test["accuracy"] >= 0.95


def test_the_cnn_beats_the_mlp_by_one_percentage_point_after_400_steps_of_adam(trained: Any) -> None:
    cnn, mlp = (trained("mnist", name, max_steps=400).test["accuracy"] for name in ("cnn", "mlp"))
    assert cnn >= mlp + 0.01


def test_one_epoch_of_fashion_mnist_reaches_the_documented_accuracy(trained: Any) -> None:
    assert trained("fashion_mnist", "cnn", epochs=1).test["accuracy"] >= 0.87


def test_an_mnist_run_can_be_evaluated_and_exported_to_every_format(
    trained: Any, whole_data_dir: Path
) -> None:
    run = trained("mnist", "cnn", epochs=1)
    assert evaluate(run.folder, data_dir=whole_data_dir).metrics == run.test
    for format_, quantize, agreement, difference in (
        ("keras", None, 1.0, 0.0),
        ("saved-model", None, 1.0, 1e-4),
        ("litert", None, 1.0, 1e-4),
        ("onnx", None, 1.0, 1e-4),
        ("litert", "float16", 0.999, 0.1),
        ("litert", "int8", 0.99, 10.0),
    ):
        exported = export(run.folder, format_, quantize=quantize, data_dir=whole_data_dir)
        assert exported.images == 10_000
        assert exported.agreement >= agreement
        assert exported.largest_difference <= difference
