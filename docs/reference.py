"""Writes docs/reference.md from the code: hooks, descriptions and settings.

Usage: python docs/reference.py
"""

import dataclasses
import inspect
import re
import textwrap
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from convlab import hookspecs
from convlab.experiment.settings import DataSettings, Experiment, TrainSettings
from convlab.options.docstrings import attribute_docstrings
from convlab.options.types import readable
from convlab.parts import PART_TYPES

PAGE = Path(__file__).with_name("reference.md")
OPENING = """# Reference

Written by `docs/reference.py` from the code; [plugins](plugins.md) and [experiments](experiments.md) explain.
"""

Row = tuple[str, ...]


def page() -> str:
    """Return the whole page."""
    parts = [OPENING, "## Hooks\n", *map(_hook, hooks())]
    parts += ["## Descriptions\n", "All are frozen and take keywords alone.\n", *map(_described, PART_TYPES)]
    parts += ["## Settings\n", *map(_settings, (Experiment, DataSettings, TrainSettings))]
    return "\n".join(parts)


def hooks() -> list[Callable[..., Any]]:
    """Return the specifications of all hooks."""
    return [value for value in vars(hookspecs).values() if hasattr(value, "convlab_spec")]


def fields(described: type) -> Iterator[Row]:
    """Yield the name, type, default and meaning of each field; a meaning that is not documented is empty."""
    meanings: dict[str, str] = {}
    for base in reversed(described.__mro__):
        meanings |= _attributes(inspect.getdoc(base) or "") if "__doc__" in vars(base) else {}
    for field in dataclasses.fields(described):
        default = "" if field.default is dataclasses.MISSING else f"`{field.default!r}`"
        yield f"`{field.name}`", f"`{field.type}`", default, meanings.get(field.name, "")


def settings(section: type[Any]) -> Iterator[Row]:
    """Yield the key, type, default and meaning of each setting; one that is not documented is empty."""
    hints = typing.get_type_hints(section, include_extras=True)
    meanings = attribute_docstrings(section)
    prefix = f"{section.title}." if section.title else ""
    for name, field in section.model_fields.items():
        if hints[name] in (DataSettings, TrainSettings):
            yield f"`{name}`", "table", "", "see below"
            continue
        default = "" if field.default is None else f"`{field.default!r}`"
        yield f"`{prefix}{name}`", f"`{readable(hints[name])}`", default, meanings.get(name, "")


def _hook(hook: Callable[..., Any]) -> str:
    text, _, example = (inspect.getdoc(hook) or "").partition("Example::\n")
    returns = re.search(r"(\w+)\]$", str(inspect.signature(hook).return_annotation))
    assert returns is not None, "a hook returns an iterable of one class"
    example = f"```python\n{textwrap.dedent(example).strip()}\n```\n" if example else ""
    return f"### `{hook.__name__}() -> Iterable[{returns[1]}]`\n\n{text.strip()}\n\n{example}"


def _described(described: type) -> str:
    table = _table(("field", "type", "default", "meaning"), fields(described))
    return f"### `{described.__name__}`\n\n{_first_paragraph(inspect.getdoc(described) or '')}\n\n{table}"


def _settings(section: type[Any]) -> str:
    table = _table(("key", "type", "default", "meaning"), settings(section))
    return f"### `{section.__name__}`\n\n{_first_paragraph(inspect.getdoc(section) or '')}\n\n{table}"


def _attributes(documented: str) -> dict[str, str]:
    """Read the Attributes of a docstring in Google's style."""
    section = re.search(r"^Attributes:\n((?: {4}.*\n?|\n)+)", documented, re.MULTILINE)
    entries = re.split(r"^(?=\S)", textwrap.dedent(section[1]), flags=re.MULTILINE) if section else []
    pairs = (entry.partition(":") for entry in entries if entry.strip())
    return {name.strip(): " ".join(meaning.split()) for name, _, meaning in pairs}


def _first_paragraph(documented: str) -> str:
    return " ".join(documented.partition("\n\n")[0].split())


def _table(headings: Row, rows: Iterator[Row]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    escaped = (" | ".join(cell.replace("``", "`").replace("|", "\\|") for cell in row) for row in lines)
    return "".join(f"| {row} |\n" for row in escaped)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
