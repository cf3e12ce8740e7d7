"""Writes docs/reference.md from the code: hooks, parts and settings.

Usage: python docs/reference.py
"""

import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from convlab.experiment.settings import DataSettings, Experiment, TrainSettings
from convlab.options.types import readable
from convlab.parts import Claim, Part, provided_types

PAGE = Path(__file__).with_name("reference.md")
OPENING = """# Reference

Generated from the code by `docs/reference.py`. For explanations, see
[plugins](plugins.md) and [experiments](experiments.md).
"""

Row = tuple[str, ...]


def page() -> str:
    """Return the whole page."""
    sections = [OPENING, "## Hooks\n", *map(_hook, provided_types())]
    sections += [
        "## Parts\n",
        "All are frozen dataclasses with keyword arguments only.\n",
        *map(_part, provided_types()),
        _part(Claim),
    ]
    sections += ["## Settings\n", *map(_settings, (Experiment, DataSettings, TrainSettings))]
    return "\n".join(sections)


def fields(described: type) -> Iterator[Row]:
    """Yield the name, type, default and description of each field; the description is empty if missing."""
    descriptions: dict[str, str] = {}
    for base in reversed(described.__mro__):
        descriptions |= _attributes(inspect.getdoc(base) or "") if "__doc__" in vars(base) else {}
    for field in dataclasses.fields(described):
        default = "" if field.default is dataclasses.MISSING else f"`{field.default!r}`"
        yield f"`{field.name}`", f"`{field.type}`", default, descriptions.get(field.name, "")


def settings(section: type[Any]) -> Iterator[Row]:
    """Yield the key, type, default and description of each setting; the description is empty if missing."""
    prefix = f"{section.title}." if section.title else ""
    for name, field in section.model_fields.items():
        if field.annotation in (DataSettings, TrainSettings):
            yield f"`{name}`", "table", "", "see below"
            continue
        default = "" if field.default is None else f"`{field.default!r}`"
        hint: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        yield f"`{prefix}{name}`", f"`{readable(hint)}`", default, field.description or ""


def _hook(part_type: type[Part]) -> str:
    kind = part_type.kind
    _, _, example = (inspect.getdoc(part_type) or "").partition("Example::\n")
    example = f"```python\n{textwrap.dedent(example).strip()}\n```\n" if example else ""
    return f"### `{kind.hook}() -> Iterable[{part_type.__name__}]`\n\nReturn {kind.plural}.\n\n{example}"


def _part(described: type) -> str:
    table = _table(("field", "type", "default", "description"), fields(described))
    return f"### `{described.__name__}`\n\n{_first_paragraph(inspect.getdoc(described) or '')}\n\n{table}"


def _settings(section: type[Any]) -> str:
    table = _table(("key", "type", "default", "description"), settings(section))
    return f"### `{section.__name__}`\n\n{_first_paragraph(inspect.getdoc(section) or '')}\n\n{table}"


def _attributes(documented: str) -> dict[str, str]:
    """Return the attributes of a Google-style docstring."""
    section = re.search(r"^Attributes:\n((?: {4}.*\n?|\n)+)", documented, re.MULTILINE)
    entries = re.split(r"^(?=\S)", textwrap.dedent(section[1]), flags=re.MULTILINE) if section else []
    pairs = (entry.partition(":") for entry in entries if entry.strip())
    return {name.strip(): " ".join(description.split()) for name, _, description in pairs}


def _first_paragraph(documented: str) -> str:
    return " ".join(documented.partition("\n\n")[0].split())


def _table(headings: Row, rows: Iterator[Row]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    escaped = (" | ".join(cell.replace("``", "`").replace("|", "\\|") for cell in row) for row in lines)
    return "".join(f"| {row} |\n" for row in escaped)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
