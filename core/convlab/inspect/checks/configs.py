"""Constructor arguments that ``get_config`` forgets."""

import inspect
from collections.abc import Iterable
from typing import Any

from convlab.errors import in_one_line
from convlab.inspect.checks.outcome import CheckFailedError

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def require_complete_configs(objects: Iterable[Any]) -> None:
    """Compare the constructor of each object's class with its ``get_config()``.

    A forgotten argument has its default when the object is loaded, even if it had another value. Classes of
    Keras, and those with a ``from_config`` of their own, are skipped.

    Args:
        objects: such as the layers of a model.

    Raises:
        CheckFailedError: an argument is missing.
    """
    for each in {type(one): one for one in objects}.values():
        own = [base for base in type(each).__mro__ if not _is_library(base)]
        if not own or any("from_config" in vars(base) for base in own):
            continue
        try:
            config = each.get_config()
        except Exception as error:
            raise CheckFailedError(f"{own[0].__name__}.get_config() fails: {in_one_line(error)}") from error
        forgotten = [name for name in _arguments(own[0]) if name not in config]
        if forgotten:
            raise CheckFailedError(
                f"get_config() of {own[0].__name__} lacks the constructor's argument "
                f"{', '.join(map(repr, forgotten))}"
            )


def _arguments(own: type) -> list[str]:
    """Return the arguments of a constructor that are not those of a constructor of Keras."""
    inherited = {
        name
        for base in own.__mro__
        if _is_library(base) and "__init__" in vars(base) and base is not object
        for name in inspect.signature(base.__init__).parameters  # type: ignore[misc]
    }
    parameters = inspect.signature(own.__init__).parameters  # type: ignore[misc]
    return [
        name
        for name, parameter in parameters.items()
        if parameter.kind in _NAMED and name not in inherited | {"self"}
    ]


def _is_library(base: type) -> bool:
    return base.__module__.partition(".")[0] in ("keras", "tensorflow", "builtins", "abc")
