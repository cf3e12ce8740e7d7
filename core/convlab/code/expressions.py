"""Python expressions as text, wrapped as ``ruff format`` wraps them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_LINE = 88


def literal(value: Any) -> str:
    """Return the expression of a value that consists of numbers, strings, tuples, lists and dictionaries."""
    if isinstance(value, tuple | list):
        items = ", ".join(map(literal, value))
        if isinstance(value, list):
            return f"[{items}]"
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    text = repr(value)
    if isinstance(value, str) and text.startswith("'") and '"' not in text:
        return f'"{text[1:-1]}"'.replace("\\'", "'")
    return text


@dataclass(frozen=True)
class Call:
    """A call, or a list.

    Attributes:
        name: what is called; empty for a list.
        parts: the arguments, or the items.
        brackets: the pair around them.
    """

    name: str
    parts: tuple["str | Call", ...]
    brackets: str = "()"

    def __str__(self) -> str:
        return f"{self.name}{self.brackets[0]}{', '.join(map(str, self.parts))}{self.brackets[1]}"

    def written(self, before: str = "", after: str = "", *, indent: int = 0) -> str:
        """Return the call between two texts, in as many lines as needed, each after the first indented."""
        line = f"{before}{self}{after}"
        if indent + len(line) <= _LINE or not self.parts:
            return line
        first = f"{before}{self.name}{self.brackets[0]}\n"
        last = f"{' ' * indent}{self.brackets[1]}{after}"
        inner, spaces = ", ".join(map(str, self.parts)), " " * (indent + 4)
        if len(spaces) + len(inner) <= _LINE and self.name:
            return f"{first}{spaces}{inner}\n{last}"
        parts = (
            part.written(after=",", indent=indent + 4) if isinstance(part, Call) else f"{part},"
            for part in self.parts
        )
        return first + "".join(f"{spaces}{part}\n" for part in parts) + last


def call(name: str, arguments: Iterable[str | Call], keywords: Mapping[str, str] | None = None) -> Call:
    """Return a call with positional and keyword arguments, which are expressions."""
    return Call(name, (*arguments, *(f"{key}={value}" for key, value in (keywords or {}).items())))
