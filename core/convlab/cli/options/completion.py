"""Shell completion of part names."""

import logging
from collections.abc import Callable

from convlab.host import PluginHost
from convlab.parts import Part


def complete_names(part_type: type[Part]) -> Callable[[str], list[tuple[str, str]]]:
    """Return what completes the names of one kind, with their summaries."""

    def complete(incomplete: str) -> list[tuple[str, str]]:
        logging.getLogger("convlab").setLevel(logging.ERROR)  # a broken plugin must not spoil the prompt
        parts = PluginHost().parts(part_type)
        return [
            (part.part.name, part.part.summary) for part in parts if part.part.name.startswith(incomplete)
        ]

    return complete
