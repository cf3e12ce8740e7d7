"""The dataclass of a part's options: checked, described and filled with a user's values."""

import re
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any

import pydantic
import pydantic_core

from convlab.errors import ConfigError, PluginError
from convlab.options.types import attribute_docstrings, has_alternatives, hints_of, readable
from convlab.text.suggestions import did_you_mean
from convlab.text.synonyms import SYNONYMS

_RATE = "learning_rate"


@dataclass(frozen=True, kw_only=True)
class OptionField:
    """One option, as ``convlab show`` prints it."""

    name: str
    type: str
    default: Any
    summary: str


def check_options_type(options: Any) -> None:
    """Raise ``TypeError`` unless ``options`` is a frozen dataclass whose fields all have defaults."""
    if not isinstance(options, type):
        raise TypeError(f"options must be a frozen dataclass, got {options!r}")
    if "__dataclass_fields__" not in vars(
        options
    ):  # not inherited ones, which lack the subclass's own fields
        raise TypeError(
            f"options {options.__name__} must be a dataclass; decorate it with @dataclass(frozen=True)"
        )
    if not options.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise TypeError(
            f"options {options.__name__} must be frozen; decorate it with @dataclass(frozen=True)"
        )
    for field in fields(options):
        if field.default is MISSING and field.default_factory is MISSING:
            raise TypeError(f"option {field.name} of {options.__name__} needs a default")
        if isinstance(field.default, pydantic.fields.FieldInfo):
            raise TypeError(
                f"the default of option {field.name} of {options.__name__} is pydantic's Field; "
                f"write {field.name}: Annotated[type, Field(...)] = value"
            )


def option_fields(options: type) -> tuple[OptionField, ...]:
    """Return the options that a dataclass declares, in order.

    The docstring below a field is the option's summary.

    Raises:
        PluginError: a field's type cannot be resolved.
    """
    hints = hints_of(options)
    summaries = attribute_docstrings(options)
    defaults = options()
    return tuple(
        OptionField(
            name=field.name,
            type=readable(hints[field.name]),
            default=getattr(defaults, field.name),
            summary=summaries.get(field.name, ""),
        )
        for field in fields(options)
    )


def read_options(options: type | None, values: Mapping[str, Any], *, key: str, owner: str) -> Any:
    """Return an instance of ``options`` with ``values``, or ``None`` for a part without options.

    Args:
        options: the part's dataclass, if any.
        values: the user's values, as in TOML or JSON (lists for tuples, strings for paths).
        key: the experiment key of the values, such as ``architecture_options``.
        owner: the part, such as ``architecture 'cnn'``.

    Raises:
        ConfigError: an option is unknown or a value is invalid.
        PluginError: a field's type cannot be resolved or validated.
    """
    if options is None:
        if values:
            raise ConfigError(f"`{key}.{next(iter(values))}`: {owner} has no options")
        return None
    _refuse_unknown(options, values, key, owner)
    # JSON mode is strict about types, yet accepts a list for a tuple.
    written = _as_json(values, key)
    try:
        return pydantic.TypeAdapter(options).validate_json(written, strict=True)
    except pydantic.ValidationError as error:
        raise ConfigError(_option_mistake(error, options, values, key)) from None
    except pydantic.PydanticUserError as error:
        reason = str(error).partition(". ")[0]
        raise PluginError(f"{owner}: options {options.__name__} cannot be validated; {reason}") from error
    except TypeError as error:  # from the dataclass's own __post_init__
        raise ConfigError(f"`{key}`: {error}") from None


def first_mistake(error: pydantic.ValidationError, key: str) -> str:
    """Return in one line which key is invalid and why."""
    mistake = error.errors(include_url=False)[0]
    path = ".".join(str(step) for step in (key, *mistake["loc"]) if str(step))
    message, replaced = re.subn(r"^\w+ should ", "must ", mistake["msg"])
    if replaced:
        return f"`{path}`: {message.partition(' after validation')[0]}, got {mistake['input']!r}"
    return f"`{path}`: {message.removeprefix('Value error, ')}"


def _refuse_unknown(options: type, values: Mapping[str, Any], key: str, owner: str) -> None:
    hints = hints_of(options)
    valid = [field.name for field in fields(options)]
    for name, value in values.items():
        if name not in valid:
            # The rate is a setting of the experiment, for every optimizer.
            is_rate = _RATE in (name, *SYNONYMS.get(name, ()))
            hint = f"set `train.{_RATE}`" if is_rate else did_you_mean(name, valid)
            raise ConfigError(f"`{key}.{name}`: {owner} has no such option; {hint}")
        if is_dataclass(hints[name]) and isinstance(value, Mapping):
            _refuse_unknown(typing.cast("type", hints[name]), value, f"{key}.{name}", owner)


def _as_json(values: Mapping[str, Any], key: str) -> bytes:
    for name, value in values.items():
        try:
            pydantic_core.to_json(value)
        except ValueError:
            raise ConfigError(
                f"`{key}.{name}`: must be a number, string, list or table, got {value!r}"
            ) from None
    return pydantic_core.to_json(dict(values))


def _option_mistake(
    error: pydantic.ValidationError, options: type, values: Mapping[str, Any], key: str
) -> str:
    location = error.errors(include_url=False)[0]["loc"]
    if location and has_alternatives(hint := hints_of(options)[str(location[0])]):
        # pydantic reports each alternative separately; the type names all of them.
        name = str(location[0])
        return f"`{key}.{name}`: must be {readable(hint)}, got {values[name]!r}"
    return first_mistake(error, key)
