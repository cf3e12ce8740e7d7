"""The hooks that a plugin may implement: one per kind of part, and one for recipes.

A hook takes no arguments and returns an iterable of parts, so plugins need no order and have no side effects.
A plugin is a module, named in the entry-point group ``convlab``, that implements one or more hooks.
"""

from collections.abc import Iterable
from inspect import getdoc
from types import SimpleNamespace
from typing import Any

import pluggy

from convlab.parts import Part, provided_types

hookimpl = pluggy.HookimplMarker("convlab")
_hookspec = pluggy.HookspecMarker("convlab")


def hook_specifications() -> Any:
    """Return an object that has the specification of each kind's hook, for pluggy."""
    return SimpleNamespace(
        **{part_type.kind.hook: _specification(part_type) for part_type in provided_types()}
    )


def _specification(part_type: type[Part]) -> Any:
    def specification() -> Iterable[Part]:
        raise AssertionError("pluggy never calls a specification")

    specification.__name__ = part_type.kind.hook
    specification.__doc__ = f"Return {part_type.kind.plural}.\n\n{getdoc(part_type)}"
    return _hookspec(specification)
