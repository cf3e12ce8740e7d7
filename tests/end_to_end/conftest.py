"""Run convlab commands in processes that start quickly."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The exit code and output of a command."""

    returncode: int
    stdout: str
    stderr: str


class Forked:
    """Runs commands in processes forked from one that has already imported TensorFlow."""

    def __init__(self) -> None:
        program = [sys.executable, str(Path(__file__).with_name("forked_commands.py"))]
        self._server = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(
        self, folder: Path, *arguments: str, largest_file: int | None = None, kill_before: int | None = None
    ) -> int:
        """Start a command in a folder and return its process ID."""
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps([str(folder), arguments, largest_file, kill_before]) + "\n")
        self._server.stdin.flush()
        self._folder = folder
        return int(self._read_line())

    def wait(self) -> Finished:
        """Wait for the most recently started command to finish."""
        returncode = int(self._read_line())
        stdout, stderr = (
            (self._folder / name).read_text(encoding="utf-8") for name in ("out.txt", "err.txt")
        )
        return Finished(returncode=returncode, stdout=stdout, stderr=stderr)

    def run(
        self, folder: Path, *arguments: str, largest_file: int | None = None, kill_before: int | None = None
    ) -> Finished:
        """Run a command in a folder and wait for it to finish."""
        self.start(folder, *arguments, largest_file=largest_file, kill_before=kill_before)
        return self.wait()

    def close(self) -> None:
        """Stop the server process."""
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait()

    def _read_line(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline()


@pytest.fixture(scope="session")
def forked() -> Iterator[Forked]:
    """Runs commands without importing TensorFlow each time, which takes seconds."""
    server = Forked()
    yield server
    server.close()
