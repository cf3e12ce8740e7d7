"""The folders that datasets search for their files."""

import os
from pathlib import Path

import numpy as np
import pytest

from convlab import ConfigError, Dataset, DataSource, PluginHost


def _folder_with_mnist(folder: Path, train_images: int) -> Path:
    folder.mkdir(parents=True)
    np.savez(
        folder / "mnist.npz",
        x_train=np.zeros((train_images, 28, 28), np.uint8),
        y_train=np.zeros(train_images, np.uint8),
        x_test=np.zeros((1, 28, 28), np.uint8),
        y_test=np.zeros(1, np.uint8),
    )
    return folder


def test_the_first_folder_with_the_files_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [
        _folder_with_mnist(tmp_path / "option", 1),
        _folder_with_mnist(tmp_path / "first_of_environment", 2),
        _folder_with_mnist(tmp_path / "second_of_environment", 3),
        _folder_with_mnist(tmp_path / "keras" / "datasets", 4),
    ]
    monkeypatch.setenv("CONVLAB_DATA_DIR", os.pathsep.join(map(str, folders[1:3])))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    mnist = PluginHost(third_party=False).find(Dataset, "mnist").part

    counts = []
    for folder in folders:
        counts.append(len(mnist.load(DataSource.from_environment(folders[0]), None).train.labels))
        (folder / "mnist.npz").unlink()

    assert counts == [1, 2, 3, 4]


def test_by_default_only_the_keras_cache_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_HOME")

    assert DataSource.from_environment().folders == (Path.home() / ".keras" / "datasets",)


def test_empty_entries_of_the_environment_variable_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_DATA_DIR", os.pathsep.join(["", str(tmp_path), ""]))

    assert DataSource.from_environment().folders[:-1] == (tmp_path,)


def test_a_tilde_expands_to_the_home_directory_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CONVLAB_DATA_DIR", "~/b")
    monkeypatch.setenv("KERAS_HOME", "~/keras")

    folders = DataSource.from_environment("~/a").folders

    assert folders == (tmp_path / "a", tmp_path / "b", tmp_path / "keras" / "datasets")


@pytest.mark.parametrize("path", ["missing", "file"])
@pytest.mark.parametrize("setting", ["`data_dir`", "CONVLAB_DATA_DIR"])
def test_a_path_that_is_not_a_directory_is_reported_with_its_setting(
    path: str, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    folder = str(tmp_path / path)
    if setting == "CONVLAB_DATA_DIR":
        monkeypatch.setenv("CONVLAB_DATA_DIR", f"{tmp_path}{os.pathsep}{folder}")

    with pytest.raises(
        ConfigError, match=rf"^{setting}: '{folder}' is not a directory; create it or correct the path$"
    ):
        DataSource.from_environment(folder if setting == "`data_dir`" else None)


def test_an_empty_data_dir_does_not_mean_the_working_directory() -> None:
    with pytest.raises(ConfigError, match=r"^`data_dir`: '' is not a directory"):
        DataSource.from_environment("")


def test_a_subfolder_precedes_its_folder_and_a_folder_precedes_the_next(tmp_path: Path) -> None:
    first, second, missing = tmp_path / "first", tmp_path / "second", tmp_path / "missing"
    (first / "mnist").mkdir(parents=True)
    (second / "MNIST").mkdir(parents=True)
    source = DataSource(folders=(first, missing, second))

    assert list(source.places("mnist", "MNIST")) == [first / "mnist", first, second / "MNIST", second]
