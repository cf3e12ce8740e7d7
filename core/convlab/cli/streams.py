"""Standard output and standard error, prepared such that writing to them cannot fail a command.

A process may start with either of them closed, and a terminal may lack most of Unicode's characters.
"""

import codecs
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

# What stands in for the characters of convlab's own output where an encoding lacks them.
_PLAIN = str.maketrans({"×": "x", "…": "...", "≥": ">=", "≤": "<=", "·": ".", "✓": "+", "✗": "!", "▀": "#"})
_ERRORS = "convlab.plain"


def open_streams() -> None:
    """Open closed standard streams on the null device, and let the others accept every character."""
    codecs.register_error(_ERRORS, _replace)
    for descriptor in range(3):  # a file that gets one of these would receive what is printed
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - never closed
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def flushed(stream: TextIO) -> OSError | None:
    """Flush a stream; if that fails, return why.

    What could not be written is dropped, or Python's own flush at exit would fail too.
    """
    try:
        stream.flush()
    except OSError as error:
        discard(stream)
        return error
    return None


def discard(stream: TextIO) -> None:
    """Send what was and will be written to a stream to the null device."""
    with suppress(OSError):  # a stream without a descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def can_print(text: str, stream: TextIO) -> bool:
    """Return whether a stream's encoding has all characters of a text."""
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end
