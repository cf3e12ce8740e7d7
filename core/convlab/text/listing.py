"""Long lists of names, shortened to fit a sentence."""

from collections.abc import Sequence


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the names quoted and separated by commas, such as ``'a', 'b', 'c' and 4 more``."""
    shown = ", ".join(map(repr, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
