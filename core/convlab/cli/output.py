"""Results on standard output: JSON for programs, tables for people."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import typer
from rich.console import RenderableType
from rich.markup import escape
from rich.text import Text

from convlab.cli.messages import report_unwritable
from convlab.cli.streams import discard
from convlab.text.console import SafeConsole
from convlab.text.strict_json import to_json
from convlab.text.visible import visible

_COLUMNS_OF_PIPE = 200


def print_json(value: Any) -> None:
    """Print one JSON value; an encoding that lacks some characters gets their escapes."""
    ascii_only = not is_unicode(sys.stdout)
    print_text(f"{to_json(value, indent=2, ascii_only=ascii_only, default=str)}\n")


def print_text(text: str) -> None:
    """Print text on standard output as it is."""
    with _writing_to(sys.stdout):
        sys.stdout.write(text)
        sys.stdout.flush()


def columns() -> int:
    """Return the width of standard output; in a pipe, lines may be long."""
    return SafeConsole(sys.stdout, width=_COLUMNS_OF_PIPE).width


def print_all(*renderables: RenderableType, to: TextIO | None = None) -> None:
    """Print tables and text, by default to standard output; neither cut nor coloured in a pipe."""
    file = to or sys.stdout
    console = SafeConsole(file, width=_COLUMNS_OF_PIPE, raises=True)
    with _writing_to(file):
        for renderable in renderables:
            console.print(renderable, soft_wrap=isinstance(renderable, str | Text) and not file.isatty())


def shown(text: object, *, keep: str = "") -> str:
    """Return untrusted text that is safe to print where rich markup is interpreted; see ``visible``."""
    return escape(visible(text, keep=keep))


def is_unicode(stream: TextIO) -> bool:
    """Return whether a stream can print every character."""
    return (stream.encoding or "utf-8").lower().startswith("utf")


@contextmanager
def _writing_to(stream: TextIO) -> Iterator[None]:
    """End the command with a message if the block cannot write; silently if the reader closed the pipe."""
    try:
        yield
    except OSError as error:
        discard(stream)
        report_unwritable(error)
        raise typer.Exit(1) from None
