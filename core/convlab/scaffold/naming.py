"""The names that the one name of a part gives its package and module."""

import re
from dataclasses import dataclass

from convlab.errors import ConfigError
from convlab.host import PluginHost
from convlab.host.discovery import BUILT_IN_MODULES
from convlab.parts import PART_TYPES, Kind

_PREFIX = "convlab-"
_NAME = re.compile(r"[a-z][a-z0-9]*([_.-][a-z0-9]+)*")
_LONGEST = 32


@dataclass(frozen=True, kw_only=True)
class Names:
    """What a part and its package are called.

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


def names_for(kind: Kind, name: str) -> Names:
    """Return the names of a new part and of its package.

    Args:
        kind: the kind of part.
        name: what the part is to be called; a leading ``convlab-`` is the package's and left out.

    Raises:
        ConfigError: it is no name, or stands for something that convlab brings.
    """
    short = name.removeprefix(_PREFIX)
    if not _NAME.fullmatch(short) or len(short) > _LONGEST:
        raise ConfigError(
            f"{name!r} is no name for a new {kind}: use lower-case letters and digits, at most {_LONGEST}, "
            f"with single '-', '_' or '.' between them, such as {_nearest(short)}"
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
        raise ConfigError(f"{name!r}: the package {names.module} is convlab's own; choose another name")
    part_type = next(part_type for part_type in PART_TYPES if part_type.kind == kind)
    if short in {provided.part.name for provided in PluginHost(third_party=False).parts(part_type)}:
        raise ConfigError(f"{name!r}: convlab itself has that {kind}; choose another, such as my-{short}")
    return names


def _nearest(name: str) -> str:
    """Return what a mistyped name may have meant."""
    near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")[:_LONGEST].strip("-")
    return repr(near or "tinynet")
