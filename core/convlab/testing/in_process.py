"""Runs commands of the command line in this process."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest import mock


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a command ended.

    Attributes:
        exit_code: 0 success, 1 failure, 2 usage error, 130 interrupted.
        stdout: the results.
        stderr: messages and progress.
    """

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The printed JSON of a command with ``--json``."""
        return json.loads(self.stdout)


def run_command(*arguments: object) -> Ending:
    """Run ``convlab`` with arguments, as from a shell but without starting a process.

    Args:
        arguments: such as ``"run", "-a", "tinynet"``; paths and numbers are converted to text.
    """
    from convlab.cli.app import app
    from convlab.cli.errors import run_app

    stdout, stderr = io.StringIO(), io.StringIO()
    command = ["convlab", *map(str, arguments)]
    with mock.patch.object(sys, "argv", command), redirect_stdout(stdout), redirect_stderr(stderr):
        exit_code = run_app(app)
    return Ending(exit_code=exit_code, stdout=stdout.getvalue(), stderr=stderr.getvalue())
