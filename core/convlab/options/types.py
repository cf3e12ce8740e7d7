"""The types of options, as people read them, and the docstrings of their fields."""

import ast
import inspect
import json
import textwrap
import types
import typing
from itertools import pairwise
from typing import Any

from pydantic.fields import FieldInfo

from convlab.errors import PluginError

_SIGNS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤", "min_length": "length ≥", "max_length": "length ≤"}


def hints_of(options: type) -> dict[str, Any]:
    """Return the type of each field of a dataclass, including bounds.

    Raises:
        PluginError: a type's name cannot be resolved in the dataclass's module.
    """
    try:
        return typing.get_type_hints(options, include_extras=True)
    except NameError as error:
        raise PluginError(
            f"options {options.__name__}: {error}; import the types of options at run time, "
            "not under TYPE_CHECKING"
        ) from error


def readable(hint: Any) -> str:
    """Return a readable type, such as ``tuple[int ≥ 1, ...] | none``."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        bounds = ", ".join(bound for limit in arguments[1:] for bound in _bounds(limit))
        return f"{readable(arguments[0])} {bounds}".rstrip()
    if origin is typing.Literal:
        return " | ".join(json.dumps(value) for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(readable(argument) for argument in arguments)
    if isinstance(origin, type):
        return f"{origin.__name__}[{', '.join(readable(argument) for argument in arguments)}]"
    if hint in (Ellipsis, types.NoneType):
        return "..." if hint is Ellipsis else "none"
    return str(getattr(hint, "__name__", hint))


def has_alternatives(hint: Any) -> bool:
    """Return whether the type is a union of more than one type, not counting ``None``."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        arguments = tuple(argument for argument in arguments if argument is not types.NoneType)
        if len(arguments) > 1:
            return True
    return any(has_alternatives(argument) for argument in arguments)


def _bounds(limit: Any) -> list[str]:
    metadata = limit.metadata if isinstance(limit, FieldInfo) else [limit]
    return [
        f"{sign} {getattr(constraint, name)}"
        for constraint in metadata
        for name, sign in _SIGNS.items()
        if getattr(constraint, name, None) is not None
    ]


def attribute_docstrings(described: type) -> dict[str, str]:
    """Return the docstring of each annotated attribute of a class and of its base classes.

    Attributes without one, or of a class whose source is not available, are omitted.
    """
    found: dict[str, str] = {}
    for base in reversed(described.__mro__[:-1]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError, SyntaxError):  # the source is not on disk or does not parse
            continue
        # Since Python 3.13, getsource finds a class by line number alone, so it may return another one.
        bodies = (
            node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == base.__name__
        )
        for statement, below in pairwise(next(bodies, [])):
            match statement, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = inspect.cleandoc(text)
    return found
