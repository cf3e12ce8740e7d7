"""Results on standard output: JSON for programs, tables for people."""

import json
import sys
from typing import Any

from rich.console import Console, RenderableType


def print_json(value: Any) -> None:
    """Print one JSON value."""
    sys.stdout.write(f"{json.dumps(value, indent=2, ensure_ascii=False, default=str)}\n")


def print_all(*renderables: RenderableType) -> None:
    """Print tables and text; what is piped is neither cut nor coloured."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    for renderable in renderables:
        console.print(renderable)
