"""How commands end: with one clear message and an exit code, never with a traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import typer

from convlab.cli.flags import with_flags
from convlab.cli.log_handler import logging_to_stderr
from convlab.cli.messages import print_message, print_traceback, report_unwritable
from convlab.cli.streams import discard
from convlab.cli.usage_errors import usage_message
from convlab.errors import ConvlabError, message_of

SIGNALLED = 128  # plus the signal's number
INTERRUPTED = 130


@contextmanager
def ending_well(*, quiet: bool = False) -> Iterator[None]:
    """Turn an exception into a message on standard error and an exit code, and print what is logged.

    What plugins print goes to standard error too, since standard output is for results.

    Args:
        quiet: whether to print no progress.
    """
    try:
        with logging_to_stderr(quiet=quiet), redirect_stdout(sys.stderr):
            yield
    except (typer.Exit, typer.Abort):
        raise
    except ConvlabError as error:
        _print_error(with_flags(message_of(error)), error)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt as error:
        _print_error("interrupted", error)
        raise typer.Exit(getattr(error, "exit_code", INTERRUPTED)) from None
    except BaseException as error:  # a plugin's code may raise SystemExit or its own
        _print_error(
            f"{type(error).__name__}: {_without_autograph_traceback(error)}",
            error,
            "set CONVLAB_DEBUG=1 to see the traceback",
        )
        raise typer.Exit(1) from None


def run_app(app: typer.Typer) -> int:
    """Run the command that ``sys.argv`` names and return its exit code."""
    try:
        return app(standalone_mode=False, prog_name="convlab") or 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError as error:  # from printing the help; what commands do is within `ending_well`
        report_unwritable(error)
        discard(sys.stdout)
        return 1
    except Exception as error:
        # A usage error; typer does not export the class, but its instances have this attribute.
        if not hasattr(error, "format_message"):
            raise
        _print_error(usage_message(error), error)
        return int(getattr(error, "exit_code", 2))


def _without_autograph_traceback(error: BaseException) -> str:
    """Return an error's message without the traceback that AutoGraph prepends."""
    lines = [line.strip() for line in message_of(error).splitlines() if line.strip()] or ["no message"]
    return lines[-1].partition(": ")[2] if lines[0] == "in user code:" else " ".join(lines)


def _print_error(message: str, error: BaseException, hint: str = "") -> None:
    if os.environ.get("CONVLAB_DEBUG"):
        print_traceback(error)
    print_message(f"error: {message}", *getattr(error, "__notes__", ()), *([hint] if hint else []))
