"""Downloading the built-in datasets into the cache that convlab shares with Keras."""

import gzip
import hashlib
import importlib
import io
import os
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import DataError, DatasetManifest, DataSource, ImageData, Split
from convlab_datasets.cifar import manifests as cifar
from convlab_datasets.mnist import manifests as mnist
from convlab_datasets.mnist.dataset import make_loader

Files = dict[str, bytes]
Load = Callable[..., ImageData]
Put = Callable[[Path, Files], Path]
Server = Any


@pytest.fixture
def cache() -> Path:
    """The Keras cache's folder of datasets."""
    return Path(os.environ["KERAS_HOME"]) / "datasets"


def small(manifest: DatasetManifest, server: Server) -> DatasetManifest:
    """The manifest, with the sizes and checksums of the small files on the server."""
    downloads = []
    for download in manifest.downloads:
        content = server.files[download.urls[0].rsplit("/", 1)[-1]]
        downloads.append(
            replace(
                download,
                urls=(f"{server.url}/{download.urls[0].rsplit('/', 1)[-1]}",),
                size=len(content),
                checksum=f"sha256:{hashlib.sha256(content).hexdigest()}",
            )
        )
    return replace(manifest, downloads=tuple(downloads), sha256={}, checksums={})


@pytest.mark.parametrize(
    ("name", "manifest", "suffix"),
    [
        ("mnist", mnist.MNIST, ""),
        ("fashion_mnist", mnist.FASHION_MNIST, ""),
        ("cifar10", cifar.CIFAR10, "_archive"),
        ("cifar100", cifar.CIFAR100, "_archive"),
    ],
)
def test_the_first_address_the_checksum_and_the_path_are_those_of_keras(
    name: str, manifest: DatasetManifest, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def get_file(fname: str, origin: str, file_hash: str | None = None, **arguments: Any) -> str:
        folder = arguments.get("cache_subdir", "datasets").removeprefix("datasets").lstrip("/")
        calls.append((f"{folder}/{fname}{suffix}".lstrip("/"), origin, file_hash))
        return str(tmp_path / "nothing")

    module = importlib.import_module(f"keras.src.datasets.{name}")
    monkeypatch.setattr(module, "get_file", get_file)
    with pytest.raises(FileNotFoundError):
        module.load_data()

    declared = {download.path: download for download in manifest.downloads}
    assert {path for path, _, _ in calls} == set(declared)
    for path, origin, file_hash in calls:
        assert declared[path].urls[0] == origin
        assert file_hash is None or declared[path].checksum == f"sha256:{file_hash}"


def test_mnist_is_downloaded_once_and_then_loaded_from_the_cache(
    server: Server, npz_file: bytes, grayscale_splits: tuple[Split, Split], cache: Path
) -> None:
    server.files = {"mnist.npz": npz_file}
    load = make_loader(small(mnist.MNIST, server), tuple("0123456789"))

    downloaded = load(DataSource.from_environment(), None)
    server.stop()
    cached = load(DataSource.from_environment(), None)

    assert server.requests == [("mnist.npz", 0)]
    assert (cache / "mnist.npz").read_bytes() == npz_file
    for data in (downloaded, cached):
        np.testing.assert_array_equal(data.train.images, grayscale_splits[0].images)
        np.testing.assert_array_equal(data.test.labels, grayscale_splits[1].labels)
        assert data.test.labels.dtype == np.int64


def test_an_interrupted_download_of_several_files_resumes_with_the_one_that_failed(
    server: Server, idx_files: Files, grayscale_splits: tuple[Split, Split], cache: Path
) -> None:
    whole = {f"{name}.gz": gzip.compress(content) for name, content in idx_files.items()}
    server.files = dict(whole)
    load = make_loader(small(mnist.FASHION_MNIST, server), tuple("0123456789"))
    del server.files["t10k-images-idx3-ubyte.gz"]
    notes = cache / "fashion-mnist" / "notes.txt"
    notes.parent.mkdir(parents=True)
    notes.write_text("mine", encoding="utf-8")

    for _ in range(2):
        with pytest.raises(DataError, match=r"the download of t10k-images-idx3-ubyte\.gz failed"):
            load(DataSource.from_environment(), None)

    server.files, server.requests = whole, []
    np.testing.assert_array_equal(
        load(DataSource.from_environment(), None).test.images, grayscale_splits[1].images
    )
    assert [path for path, _ in server.requests] == ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]
    assert notes.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("killed", [False, True], ids=["fresh", "after a kill during unpacking"])
def test_an_archive_is_unpacked_to_where_keras_unpacks_it(
    killed: bool,
    server: Server,
    load: Load,
    archive_of: Callable[[str, Files], bytes],
    cifar100_files: Files,
    color_splits: tuple[Split, Split],
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive = archive_of("cifar-100-python", cifar100_files)
    server.files = {"cifar-100-python.tar.gz": archive}
    monkeypatch.setattr(cifar, "CIFAR100", small(cifar.CIFAR100, server))
    folder = cache / "cifar-100-python-target" / "cifar-100-python"
    if killed:
        folder.mkdir(parents=True)
        (folder / "test").write_bytes(cifar100_files["test"])

    downloaded = load("cifar100", labels="coarse")
    server.stop()
    cached = load("cifar100", labels="coarse")

    assert (cache / "cifar-100-python-target_archive").read_bytes() == archive
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == cifar100_files
    for data in (downloaded, cached):
        assert data.class_names == tuple(f"group_{number}" for number in range(20))
        np.testing.assert_array_equal(data.train.images, color_splits[0].images)
        np.testing.assert_array_equal(data.train.labels, color_splits[0].labels + 7)


def test_an_archive_writes_nothing_outside_its_folder(
    server: Server,
    load: Load,
    cifar100_files: Files,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for below in ("../../..", str(tmp_path), "cifar-100-python"):
            for name, content in cifar100_files.items() | {("evil", b"evil")}:
                member = tarfile.TarInfo(f"{below}/{name}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    server.files = {"cifar-100-python.tar.gz": packed.getvalue()}
    monkeypatch.setattr(cifar, "CIFAR100", small(cifar.CIFAR100, server))

    assert load("cifar100").num_classes == 100

    written = {path for path in cache.parent.rglob("*") if path.is_file() and path.suffix != ".lock"}
    folder = cache / "cifar-100-python-target" / "cifar-100-python"
    assert written == {cache / "cifar-100-python-target_archive", *(folder / name for name in cifar100_files)}
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_downloaded_if_a_folder_has_the_files(
    server: Server, put: Put, npz_file: bytes, tmp_path: Path
) -> None:
    server.files = {"mnist.npz": npz_file}
    load = make_loader(small(mnist.MNIST, server), tuple("0123456789"))

    load(DataSource.from_environment(put(tmp_path, {"mnist.npz": npz_file})), None)

    assert server.requests == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("mnist", r"put train-images-idx3-ubyte.gz, .* and t10k-labels-idx1-ubyte.gz, or mnist.npz into"),
        ("fashion_mnist", r"put train-images-idx3-ubyte.gz, .* and t10k-labels-idx1-ubyte.gz into"),
        (
            "cifar10",
            r"put the folder cifar-10-batches-py/, or cifar-10-python.tar.gz, or data_batch_1, .* into",
        ),
        ("cifar100", r"put the folder cifar-100-python/, or cifar-100-python.tar.gz, or .* into"),
    ],
)
def test_without_a_network_the_error_says_which_files_to_put_where(
    name: str, wanted: str, load: Load, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.data.files.download.ROUNDS", 1)
    for proxy in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")  # makes the published addresses unreachable

    with pytest.raises(DataError) as raised:
        load(name, tmp_path)

    assert raised.match(
        rf"^no {name} files in {tmp_path}, {cache}, and the download of \S+ failed "
        rf"\(no connection to .*\); {wanted} a folder \(or its subfolder {name}/\) and set `data_dir` to it, "
        rf"or run 'convlab data import {name} PATH'$"
    )
    assert "\n" not in str(raised.value)
    assert [path for path in cache.rglob("*") if path.suffix not in ("", ".lock")] == []
