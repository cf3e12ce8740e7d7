"""The templates of new packages.

They are rendered with ``string.Template``: they only need a few names, and the braces of a template engine
would clash with those of CI workflow files.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from string import Template

_TEMPLATES = files("convlab.scaffold") / "templates"
_SUFFIX = ".template"
# Build tools omit files whose names start with a dot.
_DOT = "dot-"


def rendered_files(kind: str, values: Mapping[str, str]) -> dict[PurePosixPath, str]:
    """Return the files of a new package by path.

    Args:
        kind: the name of the folder with the kind's own templates; those for all kinds are included.
        values: the values of the names in the templates.
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
