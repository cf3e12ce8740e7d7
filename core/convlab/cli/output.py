"""Results on standard output: JSON for programs, tables for people."""

import json
import sys
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.text import Text


def print_json(value: Any) -> None:
    """Print one JSON value."""
    sys.stdout.write(f"{json.dumps(value, indent=2, ensure_ascii=False, default=str)}\n")


def print_all(*renderables: RenderableType, to: TextIO | None = None) -> None:
    """Print tables and text, by default to standard output; neither cut nor coloured in a pipe."""
    file = to or sys.stdout
    console = Console(file=file, highlight=False, emoji=False, width=None if file.isatty() else 200)
    for renderable in renderables:
        console.print(renderable, soft_wrap=isinstance(renderable, str | Text) and not file.isatty())


def visible(text: object) -> str:
    """Return untrusted text that is safe to print: control characters are escaped."""
    written = str(text)
    if written.isprintable():
        return written
    return "".join(char if char.isprintable() or char in "\n\t" else repr(char)[1:-1] for char in written)


def shown(text: object) -> str:
    """Return untrusted text that is safe to print where rich markup is interpreted."""
    return escape(visible(text))
