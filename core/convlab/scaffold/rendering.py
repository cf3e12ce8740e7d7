"""The templates, filled in.

Python's own ``string.Template`` renders them: nothing in them depends on more than a few names, a template
engine would be one more dependency, and its braces are those of CI workflow files.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from string import Template

from convlab.parts import Kind

_TEMPLATES = files("convlab.scaffold") / "templates"
_SUFFIX = ".template"
# Build tools leave out what begins with a dot.
_DOT = "dot-"


def rendered_files(kind: Kind, values: Mapping[str, str]) -> dict[PurePosixPath, str]:
    """Return the files of a new package by their path in it.

    Args:
        kind: the kind of part; what all kinds have in common comes too.
        values: by the names that the templates use.
    """
    rendered = {}
    for folder in ("package", kind):
        for path, template in _templates(_TEMPLATES / folder, PurePosixPath()):
            rendered[_renamed(path, values)] = Template(template).substitute(values)
    return rendered


def _templates(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _templates(entry, path / entry.name)
        elif entry.name.endswith(_SUFFIX):
            yield path / entry.name.removesuffix(_SUFFIX), entry.read_text(encoding="utf-8")


def _renamed(path: PurePosixPath, values: Mapping[str, str]) -> PurePosixPath:
    parts = [part.replace("__module__", values["module"]) for part in path.parts]
    return PurePosixPath(*(re.sub(f"^{_DOT}", ".", part) for part in parts))
