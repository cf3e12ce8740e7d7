"""Files that are taken from anywhere, if they are right."""

import logging
from pathlib import Path

import numpy as np
import pytest

from convlab import ConfigError, DataError, data


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("single", [False, True], ids=["a folder", "the only file"])
def test_files_are_copied_to_where_a_run_finds_them(
    single: bool, small_mnist_dir: Path, tmp_path: Path
) -> None:
    path = small_mnist_dir / "mnist.npz" if single else small_mnist_dir

    folder = data.import_files("mnist", path, to=tmp_path)
    again = data.import_files("mnist", tmp_path, to=tmp_path)

    assert folder == again == tmp_path / "mnist"
    assert files_in(tmp_path) == {"mnist/mnist.npz"}
    assert sum(data.verify("mnist", data_dir=tmp_path).train_per_class) == 4000


def test_they_go_to_the_first_folder_that_a_run_looks_in(
    small_mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(tmp_path))

    assert data.import_files("mnist", small_mnist_dir) == tmp_path / "mnist"


def test_a_variant_is_taken_and_told(
    small_mnist_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="convlab"):
        data.import_files("mnist", small_mnist_dir, to=tmp_path)

    (message,) = caplog.messages
    assert "variant: 4,000 train and 1,000 test images instead of 60,000 train and 10,000" in message


def test_damaged_files_are_not_taken(small_mnist_dir: Path, tmp_path: Path) -> None:
    whole = (small_mnist_dir / "mnist.npz").read_bytes()
    (tmp_path / "mnist.npz").write_bytes(whole[:-1000])

    with pytest.raises(DataError, match=rf"{tmp_path / 'mnist.npz'} is damaged .* \(nothing was copied\)$"):
        data.import_files("mnist", tmp_path, to=tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_what_is_not_there_is_told(tmp_path: Path, small_mnist_dir: Path) -> None:
    (tmp_path / "notes.txt").touch()

    with pytest.raises(ConfigError, match=r"no file or folder '/nowhere': name what has the files of mnist"):
        data.import_files("mnist", "/nowhere", to=tmp_path)
    for path in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(
            DataError, match=rf"^{path} has no files of mnist: .* train-images-idx3-ubyte.gz, .* mnist.npz$"
        ):
            data.import_files("mnist", path, to=tmp_path / "to")
    with pytest.raises(ConfigError, match=r"dataset 'digits' declares no files"):
        data.import_files("digits", small_mnist_dir, to=tmp_path)


def test_files_that_would_be_hidden_by_others_are_not_put_beside_them(
    small_mnist_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "mnist").mkdir()
    there = tmp_path / "mnist" / "train-labels-idx1-ubyte"
    there.write_bytes(np.arange(9).tobytes())

    with pytest.raises(
        DataError, match=rf"^{there.parent} has mnist already, as {there.name}: delete that first, or name"
    ):
        data.import_files("mnist", small_mnist_dir, to=tmp_path)
