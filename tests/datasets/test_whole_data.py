"""The full MNIST and Fashion-MNIST, if they are on this machine."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import DataError, Experiment, ImageData, data, prepare

MNIST_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


@pytest.mark.parametrize(("name", "counts"), [("mnist", MNIST_COUNTS), ("fashion_mnist", [6000] * 10)])
def test_the_full_dataset_loads(
    name: str, counts: list[int], load: Callable[..., ImageData], whole_data_dir: Path
) -> None:
    data = load(name, whole_data_dir)

    assert data.train.images.shape == (60_000, 28, 28, 1)
    assert data.test.images.shape == (10_000, 28, 28, 1)
    assert np.bincount(data.train.labels).tolist() == counts
    assert len(data.test.labels) == 10_000
    assert data.num_classes == 10


@pytest.fixture
def copy(whole_data_dir: Path, tmp_path: Path) -> Path:
    """A copy of MNIST, with gzipped files, that a test may damage."""
    shutil.copytree(whole_data_dir / "mnist", tmp_path / "mnist")
    for file in (tmp_path / "mnist").iterdir():
        file.chmod(0o644)
    return tmp_path


def _unpack(copy: Path) -> None:
    for file in (copy / "mnist").glob("*.gz"):
        file.with_suffix("").write_bytes(gzip.decompress(file.read_bytes()))
        file.unlink()


def test_both_are_recognized_as_published(whole_data_dir: Path) -> None:
    for name in ("mnist", "fashion_mnist"):
        verification = data.verify(name, data_dir=whole_data_dir)
        assert (verification.state, verification.message) == ("published", "")


@pytest.mark.parametrize("layout", ["IDX", "npz"])
def test_every_layout_of_the_same_images_is_recognized(layout: str, copy: Path) -> None:
    _unpack(copy)
    if layout == "npz":
        _as_npz(copy / "mnist")

    verification = data.verify("mnist", data_dir=copy)

    assert verification.state == "published"
    assert verification.place == copy / "mnist" / ("mnist.npz" if layout == "npz" else ".")


def _as_npz(folder: Path) -> None:
    arrays: dict[str, Any] = {}
    for split, prefix in (("train", "train"), ("test", "t10k")):
        images, labels = folder / f"{prefix}-images-idx3-ubyte", folder / f"{prefix}-labels-idx1-ubyte"
        arrays[f"x_{split}"] = np.fromfile(images, np.uint8, offset=16).reshape(-1, 28, 28)
        arrays[f"y_{split}"] = np.fromfile(labels, np.uint8, offset=8)
        images.unlink()
        labels.unlink()
    np.savez(folder / "mnist.npz", **arrays)


@pytest.mark.parametrize("packed", [True, False], ids=["gzipped", "plain"])
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_a_file_with_a_flipped_bit_is_named_and_refused(name: str, packed: bool, copy: Path) -> None:
    if not packed:
        _unpack(copy)
    file = copy / "mnist" / (f"{name}.gz" if packed else name)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    verification = data.verify("mnist", data_dir=copy)

    assert verification.state == "damaged"
    assert str(file) in verification.message
    with pytest.raises(DataError, match=str(file)):
        prepare(Experiment(dataset="mnist", architecture="mlp"), data_dir=copy)


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
def test_a_file_of_fashion_mnist_is_not_taken_for_one_of_mnist(
    name: str, copy: Path, whole_data_dir: Path
) -> None:
    swapped = copy / "mnist" / name
    shutil.copyfile(whole_data_dir / "fashion-mnist" / name, swapped)

    verification = data.verify("mnist", data_dir=copy)

    assert verification.state == "damaged"
    assert verification.message.startswith(f"{swapped} contains the t")
    assert "of fashion_mnist instead of the" in verification.message


def test_mnist_is_not_taken_for_fashion_mnist(copy: Path) -> None:
    verification = data.verify("fashion_mnist", data_dir=copy / "mnist")

    assert verification.state == "damaged"
    assert "contains the train images of mnist" in verification.message
