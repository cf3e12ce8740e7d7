"""A download that outlasts the import of TensorFlow, on a terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def run_on_a_terminal(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run convlab on a pseudo-terminal and return its exit code and what the terminal showed."""
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "convlab", *arguments],
        cwd=folder,
        env=os.environ | {"COLUMNS": "100", "TERM": "xterm-256color"},
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            shown += os.read(master, 65536)
        except OSError:  # the process closed its end
            break
    os.close(master)
    return process.wait(), shown.decode()


@pytest.mark.slow
def test_a_download_slower_than_the_import_of_tensorflow_shows_a_bar_and_trains(
    plugin: Callable[..., Path], server: Any, petals: bytes, tmp_path: Path
) -> None:
    server.files["petals.npz"] = petals
    server.pause = 0.7  # ten chunks: the import takes about three seconds
    file = plugin(f"{server.url}/petals.npz")
    code, shown = run_on_a_terminal(
        tmp_path, "run", "--plugin", str(file), "-d", "petals", "-a", "mlp", "-e", "1"
    )
    assert code == 0, shown
    assert "petals.npz" in shown
    assert "epoch 1/1" in shown
    assert "test" in shown
    assert "lost sys.stderr" not in shown
    assert "oneDNN" not in shown, "TensorFlow's startup messages reach the terminal"
