"""The checks there are, by what they check."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from convlab.inspect.checks.outcome import Figures

SubjectKind = Literal["plugin", "dataset", "architecture", "optimizer", "metric", "tracker"]
CheckFunction = Callable[[Any], Figures | None]
FunctionT = TypeVar("FunctionT", bound=CheckFunction)

# In the order in which the checks run; none of them imports TensorFlow before a check does.
_MODULES: dict[str, tuple[str, ...]] = {
    "plugin": ("plugins.loading",),
    "dataset": ("description", "datasets.loading", "datasets.contents"),
    "architecture": (
        "description",
        "architectures.outputs",
        "architectures.gradients",
        "architectures.inference",
        "architectures.learning",
        "architectures.running",
    ),
    "optimizer": ("description", "optimizers.steps"),
    "metric": ("description", "metrics.results"),
    "tracker": ("description", "trackers.following"),
}
_DECLARED: dict[str, list["Check"]] = {}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that is asked of a plugin or part.

    Attributes:
        name: what it is called in results and expected failures; stable.
        title: what it asks, in words.
        why: why it matters.
        fix: how a failure is mended, in general.
        needs: the checks without which it says nothing.
        function: called with the subject; returns figures or nothing, raises ``CheckFailedError`` or
            ``NotApplicableError``.
    """

    name: str
    title: str
    why: str
    fix: str
    needs: tuple[str, ...]
    function: CheckFunction


def check(
    title: str, *, why: str, fix: str, needs: tuple[str, ...] = (), name: str = ""
) -> Callable[[FunctionT], FunctionT]:
    """Declare a function as a check, under its own name unless another is given."""

    def declare(function: FunctionT) -> FunctionT:
        declared = Check(
            name=name or function.__name__, title=title, why=why, fix=fix, needs=needs, function=function
        )
        _DECLARED.setdefault(function.__module__, []).append(declared)
        return function

    return declare


def checks_of(kind: SubjectKind) -> tuple[Check, ...]:
    """Return the checks of plugins, or of one kind of part, in the order in which they run."""
    found: list[Check] = []
    for module in _MODULES[kind]:
        name = f"convlab.inspect.checks.{module}"
        importlib.import_module(name)
        found += _DECLARED[name]
    return tuple(found)
