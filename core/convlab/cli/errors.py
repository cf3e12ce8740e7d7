"""Every ending of the command line: one clear message and its exit code, never a traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress

import typer

from convlab.errors import ConvlabError

SIGNALLED = 128  # and the signal's number
INTERRUPTED = 130


@contextmanager
def ending_well() -> Iterator[None]:
    """Turn what goes wrong in a command into a message on standard error and an exit code.

    Whatever plugins print meanwhile goes to standard error too: standard output is for results.
    """
    try:
        with redirect_stdout(sys.stderr):
            yield
    except (typer.Exit, typer.Abort):
        raise
    except ConvlabError as error:
        _tell(str(error), error)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt as error:
        _tell("interrupted", error)
        raise typer.Exit(getattr(error, "exit_code", INTERRUPTED)) from None
    except Exception as error:
        _tell(f"{type(error).__name__}: {_gist(error)}", error, "CONVLAB_DEBUG=1 shows the traceback")
        raise typer.Exit(1) from None


def run_app(app: typer.Typer) -> int:
    """Run the command that ``sys.argv`` names and return its exit code."""
    try:
        return app(standalone_mode=False) or 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:
        # Wrong use: typer keeps the class to itself, and says all that is needed in these two.
        format_message, context = getattr(error, "format_message", None), getattr(error, "ctx", None)
        if format_message is None:
            raise
        command = context.command_path if context else "convlab"
        _tell(f"{format_message().rstrip('.')}: '{command} --help' shows what there is", error)
        return int(getattr(error, "exit_code", 2))


def _gist(error: Exception) -> str:
    """Return what an error says, without the traceback that AutoGraph puts before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or ["no message"]
    return lines[-1].partition(": ")[2] if lines[0] == "in user code:" else " ".join(lines)


def _tell(message: str, error: BaseException, hint: str = "") -> None:
    if os.environ.get("CONVLAB_DEBUG"):
        sys.excepthook(type(error), error, error.__traceback__)
    lines = (f"error: {' '.join(message.split())}", *getattr(error, "__notes__", ()), hint)
    with suppress(OSError):  # whoever would read it may have left
        sys.stderr.write("".join(f"{line}\n" for line in lines if line))
        sys.stderr.flush()
