"""Loading CIFAR-10 and CIFAR-100 from their published files."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import DataError, ImageData, Split

Files = dict[str, bytes]
Load = Callable[..., ImageData]
Put = Callable[[Path, Files], Path]
Archive = Callable[[str, Files], bytes]


def _assert_same(split: Split, images: Any, labels: Any) -> None:
    np.testing.assert_array_equal(split.images, images)
    np.testing.assert_array_equal(split.labels, labels)
    assert np.asarray(split.images).flags.c_contiguous


@pytest.mark.parametrize(
    "folder",
    [
        "cifar-10-batches-py",
        "cifar10/cifar-10-batches-py",
        "cifar-10-batches-py-target/cifar-10-batches-py",
        "cifar10",
        ".",
    ],
)
def test_cifar10_loads_from_its_folder(
    folder: str,
    load: Load,
    put: Put,
    cifar10_files: Files,
    color_splits: tuple[Split, Split],
    tmp_path: Path,
) -> None:
    put(tmp_path / folder, cifar10_files)

    data = load("cifar10", tmp_path)

    _assert_same(data.train, *color_splits[0])
    _assert_same(data.test, *color_splits[1])
    assert data.class_names[::9] == ("airplane", "truck")


@pytest.mark.parametrize("folder", [".", "cifar10"])
def test_cifar10_loads_from_its_archive(
    folder: str,
    load: Load,
    put: Put,
    archive_of: Archive,
    cifar10_files: Files,
    color_splits: tuple[Split, Split],
    tmp_path: Path,
) -> None:
    put(tmp_path / folder, {"cifar-10-python.tar.gz": archive_of("cifar-10-batches-py", cifar10_files)})

    data = load("cifar10", tmp_path)

    _assert_same(data.train, *color_splits[0])
    _assert_same(data.test, *color_splits[1])


@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
def test_cifar10_repickled_by_python_3_loads(
    protocol: int,
    load: Load,
    put: Put,
    cifar10_files: Files,
    color_splits: tuple[Split, Split],
    tmp_path: Path,
) -> None:
    entries = {name: pickle.loads(cifar10_files[name], encoding="bytes") for name in cifar10_files}
    put(tmp_path, {name: pickle.dumps(entries[name], protocol=protocol) for name in entries})

    _assert_same(load("cifar10", tmp_path).train, *color_splits[0])


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
def test_cifar100_has_fine_and_coarse_labels(
    packed: bool,
    load: Load,
    put: Put,
    archive_of: Archive,
    cifar100_files: Files,
    color_splits: tuple[Split, Split],
    tmp_path: Path,
) -> None:
    if packed:
        put(
            tmp_path / "cifar100",
            {"cifar-100-python.tar.gz": archive_of("cifar-100-python", cifar100_files)},
        )
    else:
        put(tmp_path / "cifar-100-python", cifar100_files)
    (_, digits), test = color_splits

    fine, coarse = load("cifar100", tmp_path), load("cifar100", tmp_path, labels="coarse")

    assert (fine.num_classes, fine.class_names[95]) == (100, "class_95")
    assert (coarse.num_classes, coarse.class_names[16]) == (20, "group_16")
    np.testing.assert_array_equal(fine.train.labels, 10 * digits + 5)
    np.testing.assert_array_equal(coarse.train.labels, digits + 7)
    _assert_same(fine.test, test.images, 10 * test.labels + 5)


def test_unrelated_files_named_train_and_test_are_not_taken_for_cifar100(
    load: Load, put: Put, cifar100_files: Files, tmp_path: Path
) -> None:
    put(tmp_path, {"test": b"my own file", "train": b"another"})
    cache = Path(os.environ["KERAS_HOME"]) / "datasets"
    put(cache / "cifar-100-python-target" / "cifar-100-python", cifar100_files)

    assert load("cifar100", tmp_path).num_classes == 100


def _changed(**entries: Any) -> Callable[[bytes], bytes]:
    def change(whole: bytes) -> bytes:
        changed = {key.encode(): value for key, value in entries.items()}
        merged = pickle.loads(whole, encoding="bytes") | changed
        return pickle.dumps({key: merged[key] for key in merged if merged[key] is not None}, protocol=2)

    return change


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda whole: whole[: len(whole) // 2], "damaged or unsafe"),
        (lambda whole: b"", "damaged or unsafe"),
        (lambda whole: b"<html>not found</html>", "damaged or unsafe"),
        (lambda whole: pickle.dumps([1, 2]), "does not contain a dictionary"),
        (_changed(labels=None), "has no 'labels'"),
        (_changed(data=None), "has no 'data'"),
        (_changed(labels=[0] * 9), r"has 10 images but labels of shape \(9,\)"),
        (_changed(labels=[[0]] * 10), r"has 10 images but labels of shape \(10, 1\)"),
        (_changed(labels=[[0], [1, 2]]), "is damaged"),
        (_changed(data=np.zeros((10, 3071), np.uint8)), "is damaged .*30710"),
    ],
)
def test_a_damaged_batch_is_named(
    packed: bool,
    damage: Callable[[bytes], bytes],
    message: str,
    load: Load,
    put: Put,
    archive_of: Archive,
    cifar10_files: Files,
    tmp_path: Path,
) -> None:
    files = {**cifar10_files, "data_batch_4": damage(cifar10_files["data_batch_4"])}
    origin = str(put(tmp_path / "cifar-10-batches-py", files) / "data_batch_4")
    if packed:
        archive = archive_of("cifar-10-batches-py", files)
        archive_path = (
            put(tmp_path / "cifar10", {"cifar-10-python.tar.gz": archive}) / "cifar-10-python.tar.gz"
        )
        origin = f"data_batch_4 in {archive_path}"

    with pytest.raises(
        DataError,
        match=rf"^{origin} .*{message}.*; (delete it and get it again|replace it with the right file)$",
    ):
        load("cifar10", tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_changed(labels=[10] * 10), "labels run from 10 to 10"),
        (_changed(data=np.zeros((10, 3072))), "test images are float64"),
    ],
)
def test_batches_that_do_not_fit_the_dataset_are_reported_with_their_folder(
    change: Callable[[bytes], bytes],
    message: str,
    load: Load,
    put: Put,
    cifar10_files: Files,
    tmp_path: Path,
) -> None:
    folder = put(
        tmp_path / "cifar-10-batches-py",
        {**cifar10_files, "test_batch": change(cifar10_files["test_batch"])},
    )

    with pytest.raises(DataError, match=rf"^{folder} .*{message}.*; get its files again$"):
        load("cifar10", tmp_path)


def test_a_missing_batch_is_named(
    load: Load, put: Put, archive_of: Archive, cifar10_files: Files, tmp_path: Path
) -> None:
    files = {name: cifar10_files[name] for name in cifar10_files if name != "test_batch"}
    folder = put(tmp_path / "a" / "cifar-10-batches-py", files)
    archive = archive_of("cifar-10-batches-py", files)
    packed = put(tmp_path / "b", {"cifar-10-python.tar.gz": archive}) / "cifar-10-python.tar.gz"

    with pytest.raises(DataError, match=rf"^{folder} has some files of cifar10 but not test_batch; add them"):
        load("cifar10", tmp_path / "a")
    with pytest.raises(DataError, match=rf"^{packed} has no file test_batch; delete it and get it again$"):
        load("cifar10", tmp_path / "b")


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:500] + bytes(50) + whole[550:],
        lambda whole: b"",
        lambda whole: b"<html>not found</html>",
    ],
    ids=["cut off", "overwritten", "empty", "no archive"],
)
def test_a_damaged_archive_is_named_and_must_be_replaced(
    damage: Callable[[bytes], bytes],
    load: Load,
    put: Put,
    archive_of: Archive,
    cifar100_files: Files,
    tmp_path: Path,
) -> None:
    archive = damage(archive_of("cifar-100-python", cifar100_files))
    path = put(tmp_path, {"cifar-100-python.tar.gz": archive}) / "cifar-100-python.tar.gz"

    with pytest.raises(DataError, match=rf"^{path} is damaged .*; delete it and get it again$"):
        load("cifar100", tmp_path)


def test_invalid_class_names_are_reported(
    load: Load, put: Put, cifar100_files: Files, tmp_path: Path
) -> None:
    meta = pickle.dumps({b"fine_label_names": [1, 2, 3]}, protocol=2)
    folder = put(tmp_path / "cifar-100-python", {**cifar100_files, "meta": meta})

    with pytest.raises(DataError, match=rf"^'fine_label_names' in {folder / 'meta'} is not a list of names"):
        load("cifar100", tmp_path)
