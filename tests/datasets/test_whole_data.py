"""The whole of MNIST and Fashion-MNIST, where the machine has them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convlab import ImageData

MNIST_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


@pytest.mark.parametrize(("name", "counts"), [("mnist", MNIST_COUNTS), ("fashion_mnist", [6000] * 10)])
def test_the_whole_data_set_loads(
    name: str, counts: list[int], load: Callable[..., ImageData], whole_data_dir: Path
) -> None:
    data = load(name, whole_data_dir)

    assert data.train.images.shape == (60_000, 28, 28, 1)
    assert data.test.images.shape == (10_000, 28, 28, 1)
    assert np.bincount(data.train.labels).tolist() == counts
    assert len(data.test.labels) == 10_000
    assert data.num_classes == 10
