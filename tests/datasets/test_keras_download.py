"""The download that keras.datasets makes where no files are found, from a server on this machine."""

import functools
import gzip
import http.server
import importlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import DataError, ImageData, Split

Files = dict[str, bytes]
Load = Callable[..., ImageData]
Put = Callable[[Path, Files], Path]


@dataclass
class Server:
    """Answers with the files that it has.

    Attributes:
        files: their contents by name; what is not there is answered with ``status``.
        asked: the names that were asked for.
        promises_more: whether to promise another byte and break off.
        tells_length: whether to tell how many bytes come.
        checksums: whether Keras verifies its own checksums, which no small file can have.
    """

    files: Files = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 404
    promises_more: bool = False
    tells_length: bool = True
    checksums: bool = False
    url: str = ""
    stop: Callable[[], None] = lambda: None


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, server: Server, *arguments: Any) -> None:
        self._answers = server
        super().__init__(*arguments)

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        self._answers.asked.append(name)
        if name not in self._answers.files:
            self.send_error(self._answers.status)
            return
        content = self._answers.files[name]
        self.send_response(200)
        if self._answers.tells_length:
            self.send_header("Content-Length", str(len(content) + self._answers.promises_more))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on this machine, in the place of those whose addresses are written into Keras."""
    server = Server()
    http_server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, server))
    threading.Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    server.url = f"http://127.0.0.1:{http_server.server_port}"

    def stop() -> None:
        http_server.shutdown()
        http_server.server_close()

    server.stop = stop
    for name in ("mnist", "fashion_mnist", "cifar100"):
        module = importlib.import_module(f"keras.src.datasets.{name}")
        monkeypatch.setattr(module, "get_file", _from(server, module.get_file))
    yield server
    stop()


def _from(server: Server, get_file: Callable[..., str]) -> Callable[..., str]:
    def from_server(fname: str, origin: str, file_hash: str | None = None, **arguments: Any) -> str:
        return get_file(
            fname,
            origin=f"{server.url}/{origin.rsplit('/', 1)[-1]}",
            file_hash=file_hash if server.checksums else None,
            # Keras reads KERAS_HOME once, when it is imported; each test has its own.
            cache_dir=os.environ["KERAS_HOME"],
            **arguments,
        )

    return from_server


@pytest.fixture
def cache() -> Path:
    """The folder of the Keras cache that has the data sets."""
    return Path(os.environ["KERAS_HOME"]) / "datasets"


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_mnist_is_downloaded_once_and_then_read_from_the_cache(
    server: Server, load: Load, npz_file: bytes, grey_splits: tuple[Split, Split], cache: Path
) -> None:
    server.files = {"mnist.npz": npz_file}

    downloaded = load("mnist")
    server.stop()
    cached = load("mnist")

    assert server.asked == ["mnist.npz"]
    assert (cache / "mnist.npz").read_bytes() == npz_file
    for data in (downloaded, cached):
        np.testing.assert_array_equal(data.train.images, grey_splits[0].images)
        np.testing.assert_array_equal(data.test.labels, grey_splits[1].labels)
        assert data.test.labels.dtype == np.int64


def test_fashion_mnist_is_downloaded_once_and_then_read_from_the_cache(
    server: Server, load: Load, idx_files: Files, grey_splits: tuple[Split, Split]
) -> None:
    server.files = {f"{name}.gz": gzip.compress(content) for name, content in idx_files.items()}

    downloaded = load("fashion_mnist")
    server.stop()
    cached = load("fashion_mnist")

    assert sorted(server.asked) == sorted(server.files)
    for data in (downloaded, cached):
        np.testing.assert_array_equal(data.train.images, grey_splits[0].images)
        assert data.class_names[0] == "T-shirt/top"


def test_cifar100_has_the_same_names_after_the_download_as_from_the_cache(
    server: Server,
    load: Load,
    archive_of: Callable[[str, Files], bytes],
    cifar100_files: Files,
    colour_splits: tuple[Split, Split],
) -> None:
    server.files = {"cifar-100-python.tar.gz": archive_of("cifar-100-python", cifar100_files)}

    downloaded = load("cifar100", labels="coarse")
    server.stop()
    cached = load("cifar100", labels="coarse")

    for data in (downloaded, cached):
        assert data.class_names == tuple(f"group_{number}" for number in range(20))
        np.testing.assert_array_equal(data.train.images, colour_splits[0].images)
        np.testing.assert_array_equal(data.train.labels, colour_splits[0].labels + 7)


def test_nothing_is_downloaded_where_a_folder_has_the_files(
    server: Server, load: Load, put: Put, npz_file: bytes, tmp_path: Path
) -> None:
    load("mnist", put(tmp_path, {"mnist.npz": npz_file}))

    assert server.asked == []


@pytest.mark.parametrize("failure", ["404", "503", "Connection refused"])
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("mnist", r"train-images-idx3-ubyte.gz and its three companions, or mnist.npz, .* mnist/"),
        ("fashion_mnist", r"train-images-idx3-ubyte.gz and its three companions .* fashion_mnist/"),
        ("cifar100", r"cifar-100-python/ or cifar-100-python.tar.gz .* cifar100/"),
    ],
)
def test_a_failed_download_is_one_sentence_with_the_folders_the_files_and_the_option(
    failure: str, name: str, wanted: str, server: Server, load: Load, cache: Path, tmp_path: Path
) -> None:
    if failure == "Connection refused":
        server.stop()
    else:
        server.status = int(failure)

    with pytest.raises(DataError) as raised:
        load(name, tmp_path)

    assert raised.match(
        rf"^no files found in {tmp_path}, {cache}, and the download failed \(.*{failure}.*\): "
        rf"put {wanted}, and name it with --data-dir$"
    )
    assert "\n" not in str(raised.value)
    assert _files_in(cache) == []


@pytest.mark.parametrize("tells_length", [True, False])
def test_a_download_that_breaks_off_leaves_nothing_that_is_taken_for_whole(
    tells_length: bool, server: Server, load: Load, npz_file: bytes, cache: Path
) -> None:
    server.files = {"mnist.npz": npz_file[:-100]}
    server.promises_more = server.tells_length = tells_length

    with pytest.raises(DataError, match="the download failed"):
        load("mnist")
    assert _files_in(cache) == []

    server.files, server.promises_more = {"mnist.npz": npz_file}, False
    assert len(load("mnist").train.labels) == 60


def test_a_download_with_another_checksum_is_refused_and_not_kept(
    server: Server, load: Load, npz_file: bytes, cache: Path
) -> None:
    server.files, server.checksums = {"mnist.npz": npz_file}, True

    for _ in range(2):
        with pytest.raises(DataError, match=r"the download failed .*hash does not match"):
            load("mnist")
    assert _files_in(cache) == []


def test_a_download_of_several_files_that_breaks_off_starts_anew(
    server: Server, load: Load, put: Put, idx_files: Files, cache: Path
) -> None:
    whole = {f"{name}.gz": gzip.compress(content) for name, content in idx_files.items()}
    mine = put(cache / "fashion-mnist", {"notes.txt": b"mine"}) / "notes.txt"
    server.files = {name: whole[name] for name in whole if not name.startswith("t10k-images")}

    with pytest.raises(DataError, match="the download failed"):
        load("fashion_mnist")
    assert _files_in(cache) == [mine]

    server.files = whole
    assert len(load("fashion_mnist").train.labels) == 60


def test_what_a_killed_download_left_is_named_and_to_be_deleted(
    server: Server, load: Load, put: Put, npz_file: bytes, cache: Path
) -> None:
    # Keras writes under the file's final name, and a killed process cleans up nothing.
    left = put(cache, {"mnist.npz": npz_file[:-100]}) / "mnist.npz"

    with pytest.raises(DataError, match=rf"^{left} is damaged .*: delete it and get it again$"):
        load("mnist")

    left.unlink()
    server.files = {"mnist.npz": npz_file}
    assert len(load("mnist").train.labels) == 60
