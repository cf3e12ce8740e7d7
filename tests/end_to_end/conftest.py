"""Commands in processes that are quick to begin."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


class Forked:
    """Runs commands in processes that are forked from one with TensorFlow imported."""

    def __init__(self) -> None:
        program = [sys.executable, str(Path(__file__).with_name("forked_commands.py"))]
        self._server = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, folder: Path, *arguments: str, largest_file: int | None = None) -> int:
        """Start a command in a folder and return its process."""
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps([str(folder), arguments, largest_file]) + "\n")
        self._server.stdin.flush()
        self._folder = folder
        return int(self._answer())

    def ended(self) -> Done:
        """Wait for the command that was started last."""
        code = int(self._answer())
        out, err = ((self._folder / name).read_text(encoding="utf-8") for name in ("out.txt", "err.txt"))
        return Done(returncode=code, stdout=out, stderr=err)

    def run(self, folder: Path, *arguments: str, largest_file: int | None = None) -> Done:
        """Run a command in a folder to its end."""
        self.start(folder, *arguments, largest_file=largest_file)
        return self.ended()

    def close(self) -> None:
        """End the process that all are forked from."""
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait()

    def _answer(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline()


@pytest.fixture(scope="session")
def forked() -> Iterator[Forked]:
    """Where commands run without the seconds of an import each time."""
    server = Forked()
    yield server
    server.close()
