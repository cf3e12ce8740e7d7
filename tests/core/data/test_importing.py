"""Importing a dataset's files from anywhere."""

import logging
from pathlib import Path

import numpy as np
import pytest

from convlab import ConfigError, DataError, data


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("single", [False, True], ids=["folder", "only file"])
def test_files_are_copied_to_where_a_run_finds_them(
    single: bool, small_mnist_dir: Path, tmp_path: Path
) -> None:
    path = small_mnist_dir / "mnist.npz" if single else small_mnist_dir

    folder = data.import_files("mnist", path, to=tmp_path)
    again = data.import_files("mnist", tmp_path, to=tmp_path)

    assert folder == again == tmp_path / "mnist"
    assert files_in(tmp_path) == {"mnist/mnist.npz"}
    assert sum(data.verify("mnist", data_dir=tmp_path).train_per_class) == 4000


def test_the_default_destination_is_the_first_folder_that_a_run_searches(
    small_mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(tmp_path))

    assert data.import_files("mnist", small_mnist_dir) == tmp_path / "mnist"


def test_a_variant_is_imported_with_a_warning(
    small_mnist_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="convlab"):
        data.import_files("mnist", small_mnist_dir, to=tmp_path)

    (message,) = caplog.messages
    assert (
        "variant of the published dataset: 4,000 training and 1,000 test images instead of 60,000" in message
    )


def test_damaged_files_are_not_imported(small_mnist_dir: Path, tmp_path: Path) -> None:
    whole = (small_mnist_dir / "mnist.npz").read_bytes()
    (tmp_path / "mnist.npz").write_bytes(whole[:-1000])

    with pytest.raises(DataError, match=rf"{tmp_path / 'mnist.npz'} is damaged .* \(nothing was copied\)$"):
        data.import_files("mnist", tmp_path, to=tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_missing_files_are_reported(tmp_path: Path, small_mnist_dir: Path) -> None:
    (tmp_path / "notes.txt").touch()

    with pytest.raises(
        ConfigError, match=r"'/nowhere' does not exist; pass a file or folder with the mnist files"
    ):
        data.import_files("mnist", "/nowhere", to=tmp_path)
    for path in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(
            DataError, match=rf"^no mnist files in {path}; .* train-images-idx3-ubyte.gz, .* mnist.npz$"
        ):
            data.import_files("mnist", path, to=tmp_path / "to")
    with pytest.raises(ConfigError, match=r"dataset 'digits' declares no files"):
        data.import_files("digits", small_mnist_dir, to=tmp_path)


def test_files_are_not_copied_next_to_others_that_would_take_precedence(
    small_mnist_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "mnist").mkdir()
    existing = tmp_path / "mnist" / "train-labels-idx1-ubyte"
    existing.write_bytes(np.arange(9).tobytes())

    with pytest.raises(
        DataError,
        match=rf"^{existing.parent} already contains mnist files \({existing.name}\); delete them first",
    ):
        data.import_files("mnist", small_mnist_dir, to=tmp_path)
