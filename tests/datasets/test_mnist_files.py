"""Loading MNIST and Fashion-MNIST from their published files."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convlab import DataError, ImageData, Split

Files = dict[str, bytes]
Load = Callable[..., ImageData]
Put = Callable[[Path, Files], Path]


def _gzipped(files: Files) -> Files:
    return {f"{name}.gz": gzip.compress(content) for name, content in files.items()}


@pytest.mark.parametrize("layout", ["IDX", "IDX gzipped", "IDX gunzipped by a browser", "npz"])
@pytest.mark.parametrize("subfolder", [".", "mnist"])
def test_every_layout_of_mnist_gives_the_same_images(
    layout: str,
    subfolder: str,
    load: Load,
    put: Put,
    idx_files: Files,
    npz_file: bytes,
    grayscale_splits: tuple[Split, Split],
    tmp_path: Path,
) -> None:
    put(
        tmp_path / subfolder,
        {
            "IDX": idx_files,
            "IDX gzipped": _gzipped(idx_files),
            "IDX gunzipped by a browser": {f"{name}.gz": content for name, content in idx_files.items()},
            "npz": {"mnist.npz": npz_file},
        }[layout],
    )

    data = load("mnist", tmp_path)

    for split, expected in zip((data.train, data.test), grayscale_splits, strict=True):
        np.testing.assert_array_equal(split.images, expected.images)
        np.testing.assert_array_equal(split.labels, expected.labels)
        assert split.labels.dtype == np.int64
    assert data.class_names == tuple("0123456789")


@pytest.mark.parametrize("subfolder", [".", "fashion_mnist", "fashion-mnist"])
def test_fashion_mnist_has_the_file_names_of_mnist_but_its_own_classes(
    subfolder: str,
    load: Load,
    put: Put,
    idx_files: Files,
    grayscale_splits: tuple[Split, Split],
    tmp_path: Path,
) -> None:
    put(tmp_path / subfolder, _gzipped(idx_files))

    data = load("fashion_mnist", tmp_path)

    np.testing.assert_array_equal(data.test.images, grayscale_splits[1].images)
    assert data.class_names[::9] == ("T-shirt/top", "Ankle boot")


def test_datasets_in_one_data_folder_use_their_own_subfolders(
    load: Load, put: Put, idx_files: Files, npz_file: bytes, tmp_path: Path
) -> None:
    swapped = {name.replace("train", "?").replace("t10k", "train"): idx_files[name] for name in idx_files}
    put(tmp_path / "fashion-mnist", {name.replace("?", "t10k"): swapped[name] for name in swapped})
    put(tmp_path / "mnist", {"mnist.npz": npz_file})

    assert len(load("mnist", tmp_path).train.labels) == 60
    assert len(load("fashion_mnist", tmp_path).train.labels) == 20


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("train-images-idx3-ubyte.gz", lambda whole: whole[:-9], "cannot read .*end-of-stream"),
        ("train-images-idx3-ubyte.gz", lambda whole: whole[:90] + b"\0\0" + whole[92:], "cannot read"),
        (
            "train-labels-idx1-ubyte.gz",
            lambda whole: whole[:10] + b"\xff" + whole[11:],
            "cannot read .*invalid block type",
        ),
        ("t10k-images-idx3-ubyte", lambda whole: whole[:-1], "declares 15,680 bytes.* but 15,679 follow"),
        ("t10k-images-idx3-ubyte", lambda whole: whole[:7] + b"\x15" + whole[8:], "16,464 .* 15,680 follow"),
        ("t10k-labels-idx1-ubyte", lambda whole: whole + b"\0", "declares 20 bytes.* but more follow"),
        (
            "t10k-images-idx3-ubyte",
            lambda whole: b"\0\0\x0b\x03" + whole[4:],
            "not an IDX file of unsigned bytes",
        ),
        ("train-images-idx3-ubyte", lambda whole: b"\0\0\x08\x01" + whole[4:], "in 3 dimensions"),
        ("train-labels-idx1-ubyte", lambda whole: b"", "not an IDX file"),
        ("t10k-images-idx3-ubyte.gz", lambda whole: b"", "not an IDX file"),
        ("t10k-images-idx3-ubyte", lambda whole: whole[:15], "not an IDX file"),
        ("t10k-labels-idx1-ubyte", lambda whole: b"<html>not found</html>", "not an IDX file"),
    ],
)
def test_a_damaged_idx_file_is_named_and_must_be_replaced(
    name: str,
    damage: Callable[[bytes], bytes],
    message: str,
    load: Load,
    put: Put,
    idx_files: Files,
    tmp_path: Path,
) -> None:
    files = _gzipped(idx_files) if name.endswith(".gz") else idx_files
    put(tmp_path, {**files, name: damage(files[name])})

    with pytest.raises(
        DataError, match=rf"^(?=.*{tmp_path / name} ).*{message}.*; delete it and get it again$"
    ):
        load("mnist", tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "train-labels-idx1-ubyte",
            b"\0\0\x08\x01\0\0\0\x3b" + bytes(59),
            "train has 60 images but 59 labels",
        ),
        (
            "t10k-labels-idx1-ubyte",
            b"\0\0\x08\x01\0\0\0\x14" + bytes([10] * 20),
            "test labels run from 10 to",
        ),
        ("t10k-images-idx3-ubyte", b"\0\0\x08\x03\0\0\0\x14\0\0\0\x01\0\0\0\x02" + bytes(40), r"\(1, 2, 1\)"),
    ],
)
def test_inconsistent_idx_files_are_reported_with_their_folder(
    name: str, content: bytes, message: str, load: Load, put: Put, idx_files: Files, tmp_path: Path
) -> None:
    put(tmp_path / "mnist", {**idx_files, name: content})

    with pytest.raises(DataError, match=rf"^{tmp_path / 'mnist'} .*{message}.*; get its files again$"):
        load("mnist", tmp_path)


def test_idx_files_without_images_are_refused(load: Load, put: Put, tmp_path: Path) -> None:
    images, labels = b"\0\0\x08\x03\0\0\0\0\0\0\0\x1c\0\0\0\x1c", b"\0\0\x08\x01\0\0\0\0"
    names = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    files = dict(zip(names, (images, labels), strict=True))
    put(tmp_path, {**files, **{name.replace("train", "t10k"): files[name] for name in files}})

    with pytest.raises(DataError, match=r"train has no images"):
        load("mnist", tmp_path)


def test_a_missing_idx_file_is_named(load: Load, put: Put, idx_files: Files, tmp_path: Path) -> None:
    put(tmp_path, {name: idx_files[name] for name in idx_files if name != "t10k-labels-idx1-ubyte"})

    with pytest.raises(
        DataError, match=rf"^{tmp_path} .* but not t10k-labels-idx1-ubyte; add them, or delete the others$"
    ):
        load("mnist", tmp_path)


def _without_test_labels(whole: bytes) -> bytes:
    with np.load(io.BytesIO(whole)) as arrays:
        return _npz(**{name: arrays[name] for name in arrays if name != "y_test"})


def _npz(**arrays: object) -> bytes:
    written = io.BytesIO()
    np.savez(written, **arrays)  # type: ignore[arg-type]
    return written.getvalue()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda whole: whole[: len(whole) // 2], "BadZipFile"),
        (lambda whole: b"", "EOFError"),
        (lambda whole: b"<html>not found</html>", "ValueError"),
        (lambda whole: whole[:5000] + bytes(50) + whole[5050:], "CRC"),
        (_without_test_labels, "y_test"),
        (lambda whole: _npz(x_train=np.array([{"an": "object"}], dtype=object)), "Object arrays"),
    ],
    ids=["cut off", "empty", "no zip", "overwritten", "without a key", "objects"],
)
def test_a_damaged_npz_file_is_named_and_must_be_replaced(
    damage: Callable[[bytes], bytes],
    message: str,
    load: Load,
    put: Put,
    npz_file: bytes,
    tmp_path: Path,
) -> None:
    file = put(tmp_path, {"mnist.npz": damage(npz_file)}) / "mnist.npz"

    with pytest.raises(DataError, match=rf"^{file} is damaged .*{message}.*; delete it and get it again$"):
        load("mnist", tmp_path)


def test_labels_of_an_npz_file_are_not_rounded(load: Load, put: Put, npz_file: bytes, tmp_path: Path) -> None:
    with np.load(io.BytesIO(npz_file)) as arrays:
        put(tmp_path, {"mnist.npz": _npz(**{**arrays, "y_train": arrays["y_train"] + 0.5})})

    with pytest.raises(
        DataError, match=rf"^{tmp_path / 'mnist.npz'} .*train labels are float64 but must be integers"
    ):
        load("mnist", tmp_path)
