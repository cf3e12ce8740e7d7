"""Keras objects as expressions that create them, with only the arguments that are not the default."""

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

import keras

from convlab.code.expressions import Call, call, literal
from convlab.errors import ExportError

# Not arguments that a person writes: names and precisions are those of the whole script.
_IMPLIED = ("name", "dtype", "build_config")
# In these, one number stands for all dimensions.
_SIZES = ("kernel_size", "pool_size", "strides", "dilation_rate", "size")
_NAMESPACES = {
    "keras.layers": "layers",
    "keras.optimizers": "keras.optimizers",
    "keras.optimizers.schedules": "keras.optimizers.schedules",
    "keras.losses": "keras.losses",
    "keras.metrics": "keras.metrics",
    "keras.initializers": "keras.initializers",
    "keras.regularizers": "keras.regularizers",
    "keras.constraints": "keras.constraints",
}


def created(
    value: Any, owner: str, *, given: Mapping[str, str] | None = None, without: Iterable[str] = ()
) -> Call:
    """Return the expression that creates an object of one of Keras's classes.

    Args:
        value: a layer, optimizer, schedule, loss, metric or initializer.
        owner: the part that it belongs to, for messages.
        given: the expressions of some arguments, first, in this order.
        without: further arguments to leave out.

    Raises:
        ExportError: its class is not Keras's, or an argument cannot be written.
    """
    name = keras_name(type(value), owner)
    config = value.get_config()
    skipped = {*_IMPLIED, *without, *(given or {})}
    required, usual = _defaults(type(value), config, given or {})
    positional, keywords = [], dict(given or {})
    for key in config:
        if key in skipped or (key == "trainable" and config[key]):
            continue
        if key in required:
            positional.append(_argument(key, config[key], owner))
        elif key not in usual or not _same(config[key], usual[key]):
            keywords[key] = _argument(key, config[key], owner)
    return call(name, positional, keywords)


def keras_name(cls: type[Any], owner: str) -> str:
    """Return the public name of one of Keras's classes, such as ``layers.Dense``.

    Raises:
        ExportError: the class is not Keras's.
    """
    for module, prefix in _NAMESPACES.items():
        namespace: Any = keras
        for part in module.split(".")[1:]:
            namespace = getattr(namespace, part)
        if getattr(namespace, cls.__name__, None) is cls:
            return f"{prefix}.{cls.__name__}"
    raise ExportError(
        f"{owner} uses {cls.__name__}, which is not a class of Keras, so a plain Keras script cannot contain "
        "it"
    )


def _defaults(
    cls: type[Any], config: Mapping[str, Any], given: Mapping[str, str]
) -> tuple[list[str], dict[str, Any]]:
    """Return the required arguments of a class, and the configuration of an object with only those."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    required = [
        each.name
        for each in parameters
        if each.default is inspect.Parameter.empty and each.kind is each.POSITIONAL_OR_KEYWORD
    ]
    written = [name for name in required if name not in given]
    if any(name not in config for name in written):
        return [], {}
    replaced = {name: 0.001 for name in required if name in given}  # any number: a rate
    return written, cls(**{name: config[name] for name in written}, **replaced).get_config()


def _same(value: Any, other: Any) -> bool:
    return bool(_plain(value) == _plain(other))


def _plain(value: Any) -> Any:
    """Return a configuration in which tuples are lists, as in JSON."""
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value


def _argument(key: str, value: Any, owner: str) -> str:
    if isinstance(value, dict) and "class_name" in value:
        return _nested(value, owner)
    if isinstance(value, tuple | list) and key in _SIZES and len(set(value)) == 1:
        return literal(value[0])
    if not _is_literal(value):
        raise ExportError(
            f"{owner} has the argument {key!r} of type {type(value).__name__}, which a plain Keras script "
            "cannot contain"
        )
    return literal(value)


def _nested(config: Mapping[str, Any], owner: str) -> str:
    """Return the expression of an initializer, regularizer or constraint in a configuration."""
    try:
        value = keras.saving.deserialize_keras_object(dict(config))
    except (TypeError, ValueError) as error:
        raise ExportError(
            f"{owner} uses {config['class_name']}, which is not a class of Keras, so a plain Keras script "
            "cannot contain it"
        ) from error
    expression = str(created(value, owner))
    if expression.startswith("keras.initializers.") and expression.endswith("()"):
        return literal(_snake_case(type(value).__name__))
    return expression


def _snake_case(name: str) -> str:
    """Return the name by which Keras finds a class, such as ``he_normal``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _is_literal(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_is_literal, value))
    return value is None or isinstance(value, bool | int | float | str)
