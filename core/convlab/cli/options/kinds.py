"""The kinds of part, as one writes them on the command line."""

from convlab.errors import ConfigError
from convlab.parts import PART_TYPES, Part
from convlab.text.suggestions import did_you_mean


def part_type(written: str) -> type[Part]:
    """Return the kind that a word means, in the singular or the plural.

    Raises:
        ConfigError: it means none.
    """
    for candidate in PART_TYPES:
        if written.lower() in (candidate.kind, f"{candidate.kind}s"):
            return candidate
    raise ConfigError(f"no kind {written!r}; {did_you_mean(written, [kind.kind for kind in PART_TYPES])}")


def complete_kind(incomplete: str) -> list[str]:
    """Return the kinds that begin so."""
    return [kind.kind for kind in PART_TYPES if kind.kind.startswith(incomplete)]
