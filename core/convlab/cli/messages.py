"""Messages on standard error: one line each, wrapped between words on a terminal."""

import shutil
import sys
import textwrap
import traceback
from contextlib import suppress
from typing import TextIO

from convlab.text.formatting import one_line
from convlab.text.visible import visible


def print_message(*lines: object) -> None:
    """Print lines of untrusted text on whatever ``sys.stderr`` is at the time, if anybody reads it."""
    _write("".join(f"{_wrapped(visible(one_line(line, sys.maxsize)))}\n" for line in lines))


def print_traceback(error: BaseException) -> None:
    """Print an exception with its traceback."""
    _write(visible("".join(traceback.format_exception(error)), keep="\n\t"))


def _write(text: str) -> None:
    with suppress(OSError):  # the reader of the pipe may have closed it
        sys.stderr.write(text)
        sys.stderr.flush()


def show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001 - the parameters are Python's
) -> None:
    """Print a warning of Python's, in the place of ``warnings.showwarning``."""
    print_message(f"warning: {category.__name__}: {message} ({filename}:{lineno})")


def report_unwritable(error: OSError) -> None:
    """Print why standard output cannot be written, unless its reader closed the pipe."""
    if not isinstance(error, BrokenPipeError):
        print_message(f"error: the output cannot be written: {error}")


def _wrapped(line: str) -> str:
    if not sys.stderr.isatty():
        return line
    width = shutil.get_terminal_size().columns
    return textwrap.fill(
        line, max(width, 20), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
