"""Which options a part reads."""

import ast
import linecache
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any


def recording(options: Any, read: set[str]) -> Any:
    """Return a copy of options that adds the name of each field that is read to a set.

    To everything but ``type(…)``, the copy is an instance of the original class.
    """
    original = type(options)
    names = {field.name for field in fields(options)}

    def get(self: Any, name: str) -> Any:
        if name in names:
            read.add(name)
        return object.__getattribute__(self, name)

    members = {
        "__slots__": (),
        "__getattribute__": get,
        "__class__": property(lambda _: original),
        "__reduce_ex__": lambda _, protocol: options.__reduce_ex__(protocol),
    }
    copy: Any = object.__new__(type(original.__name__, (original,), members))
    for name, value in {**getattr(options, "__dict__", {}), **_values(options)}.items():
        object.__setattr__(copy, name, value)
    return copy


def mentioned(names: Iterable[str], options: type, sources: tuple[str, ...]) -> set[str]:
    """Return the names that the code reads as attributes somewhere, if only under a condition.

    Args:
        names: names of options.
        options: their class.
        sources: the files and folders of the author's code.
    """
    wanted, found = set(names), set[str]()
    for text in _texts(sources):
        if wanted <= found:
            break
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        found.update(_read(tree, options.__name__))
    return found & wanted


def _values(options: Any) -> dict[str, Any]:
    return {field.name: getattr(options, field.name) for field in fields(options)}


def _read(tree: ast.AST, options: str) -> Iterator[str]:
    """Yield what looks like the name of an option that is read; ``self.name`` is another class's own."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) if name == options:
                yield from (inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute))
            case ast.Attribute(value=ast.Name(id="self")):
                pass
            case ast.Attribute(attr=name, ctx=ast.Load()):
                yield name
            case ast.Constant(value=str(name)):  # getattr(options, "name")
                yield name
            case ast.MatchClass(kwd_attrs=attributes):
                yield from attributes


def _texts(sources: tuple[str, ...]) -> Iterator[str]:
    for source in dict.fromkeys(sources):
        if Path(source).is_dir():
            yield from (file.read_text("utf-8", errors="replace") for file in Path(source).rglob("*.py"))
        else:
            yield "".join(linecache.getlines(source))  # also of a notebook's cells
