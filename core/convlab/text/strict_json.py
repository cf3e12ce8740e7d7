"""JSON that every program can read and every terminal can show."""

import json
import math
from collections.abc import Callable
from typing import Any

from convlab.text.visible import is_safe


def to_json(
    value: Any,
    *,
    indent: int | None = None,
    ascii_only: bool = False,
    default: Callable[[Any], Any] | None = None,
) -> str:
    r"""Return a value as JSON: NaN and infinity as ``null``, and unsafe characters as ``\u`` escapes.

    Args:
        value: numbers, text, lists and dictionaries.
        indent: the spaces per level; by default all is in one line.
        ascii_only: whether to escape every character beyond ASCII.
        default: converts all other values, as in ``json.dumps``.
    """
    text = json.dumps(finite(value), indent=indent, ensure_ascii=ascii_only, allow_nan=False, default=default)
    if text.isprintable():
        return text
    return "".join(char if char == "\n" or is_safe(char) else json.dumps(char)[1:-1] for char in text)


def finite(value: Any) -> Any:
    """Return a copy with ``None`` for NaN and infinity, which JSON lacks."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
