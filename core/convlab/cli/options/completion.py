"""Shell completion of the kinds and names of parts."""

import logging
from collections.abc import Callable

from convlab.host import PluginHost
from convlab.parts import Part, provided_types
from convlab.text.visible import visible

_NAMES = [part_type.kind.name for part_type in provided_types()]
KINDS = f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}"
"""All kinds, for the help of commands that take one."""


def complete_kind(incomplete: str) -> list[str]:
    """Return the kinds that start with the given text."""
    return [name for name in _NAMES if name.startswith(incomplete)]


def complete_names(part_type: type[Part]) -> Callable[[str], list[tuple[str, str]]]:
    """Return a completion of the names of one kind, with their summaries."""

    def complete(incomplete: str) -> list[tuple[str, str]]:
        logging.getLogger("convlab").setLevel(logging.ERROR)  # no warnings of plugins on the prompt
        parts = PluginHost().parts(part_type)
        return [
            (visible(part.part.name), visible(part.part.summary))
            for part in parts
            if part.part.name.startswith(incomplete)
        ]

    return complete
