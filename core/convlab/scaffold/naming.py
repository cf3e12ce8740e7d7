"""The names of a new package, its module and its part."""

import re
from dataclasses import dataclass

from convlab.errors import ConfigError
from convlab.host import PluginHost
from convlab.host.discovery import BUILT_IN_MODULES
from convlab.parts import Part

_PREFIX = "convlab-"
_NAME = re.compile(r"[a-z][a-z0-9]*([_.-][a-z0-9]+)*")
_MAX_LENGTH = 32


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of a part and its package.

    Attributes:
        name: the part, as users type it, such as ``tiny-net``.
        distribution: what pip installs, such as ``convlab-tiny-net``.
        module: what Python imports, such as ``convlab_tiny_net``.
        variable: such as ``tiny_net``.
    """

    name: str
    distribution: str
    module: str
    variable: str


def names_for(part_type: type[Part], name: str) -> Names:
    """Return the names of a new part and of its package.

    Args:
        part_type: the kind of part.
        name: the part's name; a leading ``convlab-`` is removed, since it is the package's.

    Raises:
        ConfigError: the name is invalid, or convlab itself has such a part or package.
    """
    short = name.removeprefix(_PREFIX)
    if not _NAME.fullmatch(short) or len(short) > _MAX_LENGTH:
        raise ConfigError(
            f"`name`: {name!r} is not valid for a new {part_type.kind}; use at most {_MAX_LENGTH} lower-case "
            f"letters and digits, with single '-', '_' or '.' between them, such as {_nearest(short)}"
        )
    words = re.split(r"[_.-]", short)
    variable = "_".join(words)
    names = Names(
        name=short,
        distribution=_PREFIX + "-".join(words),
        module=f"convlab_{variable}",
        variable=variable,
    )
    if names.module in BUILT_IN_MODULES:
        raise ConfigError(f"`name`: the package {names.module} is part of convlab; choose another name")
    if short in {provided.part.name for provided in PluginHost(third_party=False).parts(part_type)}:
        raise ConfigError(
            f"`name`: convlab includes the {part_type.kind} {short!r}; choose another, such as my-{short}"
        )
    return names


def _nearest(name: str) -> str:
    """Return a valid name similar to an invalid one."""
    near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")[:_MAX_LENGTH].strip("-")
    return repr(near or "tinynet")
