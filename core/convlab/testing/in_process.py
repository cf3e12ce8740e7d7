"""A command of the command line, run in this process."""

import io
import json
import logging
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest import mock


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a command ended.

    Attributes:
        exit_code: 0 done, 1 failed, 2 wrong use, 130 interrupted.
        stdout: the results.
        stderr: everything else.
    """

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """What was printed with ``--json``."""
        return json.loads(self.stdout)


def run_command(*arguments: object) -> Ending:
    """Run ``convlab`` with arguments, as a shell would, without starting a process.

    Args:
        arguments: such as ``"run", "-a", "tinynet"``; paths and numbers are turned into text.
    """
    from convlab.cli.app import app
    from convlab.cli.errors import run_app

    stdout, stderr = io.StringIO(), io.StringIO()
    command = ["convlab", *map(str, arguments)]
    # pytest keeps what is logged to itself, where a process of its own writes it to standard error.
    logger, handler = logging.getLogger("convlab"), logging.StreamHandler(stderr)
    handler.setLevel(logging.WARNING)
    logger.addHandler(handler)
    try:
        with mock.patch.object(sys, "argv", command), redirect_stdout(stdout), redirect_stderr(stderr):
            exit_code = run_app(app)
    finally:
        logger.removeHandler(handler)
    return Ending(exit_code=exit_code, stdout=stdout.getvalue(), stderr=stderr.getvalue())
