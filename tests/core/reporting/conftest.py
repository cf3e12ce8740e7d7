"""Runs to report on: small ones of a network with a convolution, with hostile class names."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convlab import Experiment, ImageData, PluginHost, Run, TrainSettings, run

HOSTILE = (
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %}",
    "$\\frac{1}$ & co",
    "שלום עולם",
    "\u202egnp.exe\x00",
    "</style></title><script>alert(2)</script>",
    "a" * 120,
)


@pytest.fixture(scope="session")
def hostile_data() -> ImageData:
    """Images of eight classes whose names are markup, formulas and text from right to left."""
    random = np.random.default_rng(0)
    prototypes = random.integers(0, 128, (len(HOSTILE), 12, 12, 3))

    def split(count: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(count) % len(HOSTILE)
        noise = random.integers(0, 128, (count, 12, 12, 3))
        return (prototypes[labels] + noise).astype(np.uint8), labels

    return ImageData(train=split(160), test=split(80), class_names=HOSTILE)


@pytest.fixture(scope="session")
def convolutional(hostile_data: ImageData, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of a small convolutional network on images with hostile class names."""
    experiment = Experiment(
        architecture="cnn",
        architecture_options={"filters": [4, 6], "dense": [8]},
        train=TrainSettings(epochs=2, batch_size=16),
    )
    folder: Path = tmp_path_factory.mktemp("hostile")
    host = PluginHost(third_party=False)
    made = run(experiment, data=hostile_data, host=host, runs_dir=folder, progress=False)
    return replace(made, folder=made.folder.rename(folder / "<b>run"))
