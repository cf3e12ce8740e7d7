"""Options of a part: a frozen dataclass that the host reads, shows and validates against."""

import ast
import inspect
import json
import textwrap
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Any

import pydantic

from convlab.errors import ConfigError
from convlab.suggestions import did_you_mean


@dataclass(frozen=True, kw_only=True)
class OptionField:
    """One option, as ``convlab show`` prints it."""

    name: str
    type: str
    default: Any
    summary: str


def check_options_type(options: Any) -> None:
    """Raise ``TypeError`` unless ``options`` is a frozen dataclass whose fields all have defaults."""
    if not isinstance(options, type) or not is_dataclass(options):
        raise TypeError(f"options must be a dataclass, not {options!r}")
    if not options.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise TypeError(f"options {options.__name__} must be frozen: @dataclass(frozen=True)")
    for field in fields(options):
        if field.default is MISSING and field.default_factory is MISSING:
            raise TypeError(f"option {field.name} of {options.__name__} needs a default")


def option_fields(options: type) -> tuple[OptionField, ...]:
    """Return the options that a dataclass declares, in its order.

    The line below a field, a string of its own, is the option's summary.
    """
    hints = typing.get_type_hints(options, include_extras=True)
    summaries = _attribute_docstrings(options)
    defaults = options()
    return tuple(
        OptionField(
            name=field.name,
            type=_readable(hints[field.name]),
            default=getattr(defaults, field.name),
            summary=summaries.get(field.name, ""),
        )
        for field in fields(options)
    )


def read_options(options: type | None, values: Mapping[str, Any], *, key: str, owner: str) -> Any:
    """Return ``options`` filled with ``values``, or ``None`` for a part that has none.

    Args:
        options: the dataclass that a part declares, if any.
        values: what the user gave, as TOML or JSON would hold it (lists for tuples).
        key: where the values stand in an experiment, such as ``architecture_options``.
        owner: the part they are for, such as ``architecture 'cnn'``.

    Raises:
        ConfigError: a key is unknown or a value is not of its field's type.
    """
    if options is None:
        if values:
            raise ConfigError(f"{key}.{next(iter(values))}: {owner} has no options")
        return None
    valid = [field.name for field in fields(options)]
    for name in values:
        if name not in valid:
            raise ConfigError(f"{key}.{name}: {owner} has no such option; {did_you_mean(name, valid)}")
    try:
        # JSON mode, since it is strict about types yet takes a list where a tuple is declared.
        return pydantic.TypeAdapter(options).validate_json(json.dumps(dict(values)), strict=True)
    except pydantic.ValidationError as error:
        raise ConfigError(first_mistake(error, key)) from None
    except TypeError as error:
        raise ConfigError(f"{key}: {error}") from None


def first_mistake(error: pydantic.ValidationError, key: str) -> str:
    """Say in one line what is wrong with which key."""
    mistake = error.errors(include_url=False)[0]
    path = ".".join(str(step) for step in (key, *mistake["loc"]) if str(step))
    message = mistake["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    wanted = f"must be {message}" if mistake["msg"].startswith("Input should be ") else message
    return f"{path}: {wanted}, not {mistake['input']!r}"


def _readable(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        bounds = ", ".join(bound for limit in arguments[1:] for bound in _bounds(limit))
        return f"{_readable(arguments[0])} {bounds}".rstrip()
    if origin is typing.Literal:
        return " | ".join(json.dumps(value) for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(_readable(argument) for argument in arguments)
    if isinstance(origin, type):
        return f"{origin.__name__}[{', '.join(_readable(argument) for argument in arguments)}]"
    if hint in (Ellipsis, types.NoneType):
        return "..." if hint is Ellipsis else "none"
    return str(getattr(hint, "__name__", hint))


def _bounds(limit: Any) -> list[str]:
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤", "min_length": "length ≥", "max_length": "length ≤"}
    metadata = limit.metadata if isinstance(limit, pydantic.fields.FieldInfo) else [limit]
    return [
        f"{sign} {getattr(constraint, name)}"
        for constraint in metadata
        for name, sign in signs.items()
        if getattr(constraint, name, None) is not None
    ]


def _attribute_docstrings(options: type) -> dict[str, str]:
    found: dict[str, str] = {}
    for base in reversed(options.__mro__[:-1]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError):  # a class whose source is not on disk
            continue
        body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
        for statement, below in pairwise(body):
            match statement, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = inspect.cleandoc(text)
    return found
