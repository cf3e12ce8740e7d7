"""The checks of plugins and of each kind of part."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from convlab.inspect.checks.outcome import Values
from convlab.parts import part_type

CheckFunction = Callable[[Any], Values | None]
FunctionT = TypeVar("FunctionT", bound=CheckFunction)

# In the order in which the checks run. Importing them must not import TensorFlow.
_OF_PLUGINS = ("convlab.inspect.checks.plugins.importing",)
_OF_ALL_PARTS = ("convlab.inspect.checks.description",)
_OBSERVATIONS = ("convlab.inspect.checks.conduct.observations",)
_DECLARED: dict[str, list["Check"]] = {}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One requirement of a plugin or part.

    Attributes:
        name: its name in results and expected failures; stable.
        title: the requirement.
        why: why it matters.
        fix: how to fix a failure, in general.
        needs: the checks that must pass first; otherwise this one is skipped.
        last: whether all others run first, since it judges what they observed.
        function: called with the subject; returns measured values or ``None``, and raises
            ``CheckFailedError`` or ``NotApplicableError``.
    """

    name: str
    title: str
    why: str
    fix: str
    needs: tuple[str, ...]
    last: bool
    function: CheckFunction


def check(
    title: str, *, why: str, fix: str, needs: tuple[str, ...] = (), last: bool = False, name: str = ""
) -> Callable[[FunctionT], FunctionT]:
    """Declare a function as a check, under its own name unless another is given."""

    def declare(function: FunctionT) -> FunctionT:
        declared = Check(
            name=name or function.__name__,
            title=title,
            why=why,
            fix=fix,
            needs=needs,
            last=last,
            function=function,
        )
        _DECLARED.setdefault(function.__module__, []).append(declared)
        return function

    return declare


def checks_of(kind: object) -> tuple[Check, ...]:
    """Return the checks of plugins or of one kind of part, in the order in which they run.

    Args:
        kind: ``plugin``, or a ``Kind`` or its name.
    """
    modules: tuple[str, ...] = _OF_PLUGINS
    if kind != "plugin":
        modules = (*_OF_ALL_PARTS, *part_type(str(kind)).kind.checks, *_OBSERVATIONS)
    found: list[Check] = []
    for module in modules:
        importlib.import_module(module)
        found += _DECLARED[module]
    return tuple(found)
