"""Short runs on scikit-learn's digits."""

import pytest

from convlab import Experiment, PluginHost, Run, TrainSettings, run


@pytest.fixture(scope="session")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of a small multilayer perceptron."""
    experiment = Experiment(
        architecture="mlp",
        architecture_options={"hidden": [8], "dropout": 0.1},
        train=TrainSettings(epochs=1),
    )
    runs_dir = tmp_path_factory.mktemp("runs")
    return run(
        experiment, host=PluginHost(third_party=False), runs_dir=runs_dir, name="short", progress=False
    )
