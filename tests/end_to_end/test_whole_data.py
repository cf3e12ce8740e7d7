"""What convlab promises on the whole of the real data sets."""

from pathlib import Path
from typing import Any

import pytest

from convlab import Experiment, PluginHost, Run, TrainSettings, run


@pytest.fixture(scope="module")
def trained(whole_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    host = PluginHost(third_party=False)

    def train(dataset: str, architecture: str, **settings: Any) -> Run:
        return run(
            Experiment(dataset=dataset, architecture=architecture, train=TrainSettings(**settings)),
            host=host,
            data_dir=whole_data_dir,
            runs_dir=tmp_path_factory.mktemp("runs"),
            progress=False,
        )

    return train


def test_one_epoch_of_mnist(trained: Any) -> None:
    assert trained("mnist", "cnn", epochs=1).test["accuracy"] >= 0.985
    assert trained("mnist", "mlp", epochs=1).test["accuracy"] >= 0.95


def test_the_cnn_beats_the_mlp_by_a_point_within_400_steps_of_adam(trained: Any) -> None:
    cnn, mlp = (trained("mnist", name, max_steps=400).test["accuracy"] for name in ("cnn", "mlp"))
    assert cnn >= mlp + 0.01


def test_two_epochs_of_fashion_mnist(trained: Any) -> None:
    assert trained("fashion_mnist", "cnn", epochs=2).test["accuracy"] >= 0.87
