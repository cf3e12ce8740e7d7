"""Results on standard output: JSON for programs, tables for people."""

import json
import sys
from typing import Any

from rich.console import Console, RenderableType
from rich.markup import escape


def print_json(value: Any) -> None:
    """Print one JSON value."""
    sys.stdout.write(f"{json.dumps(value, indent=2, ensure_ascii=False, default=str)}\n")


def print_all(*renderables: RenderableType) -> None:
    """Print tables and text; what is piped is neither cut nor coloured."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    for renderable in renderables:
        console.print(renderable)


def visible(text: object) -> str:
    """Return text that others wrote as it may go to a terminal, with its control characters spelled out."""
    written = str(text)
    if written.isprintable():
        return written
    return "".join(char if char.isprintable() or char in "\n\t" else repr(char)[1:-1] for char in written)


def shown(text: object) -> str:
    """Return the same for what takes markup."""
    return escape(visible(text))
