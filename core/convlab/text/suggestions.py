"""Suggestions for a mistyped name."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """Return ``did you mean 'x'? choose from x, y, z``, without the question if no name is similar."""
    choices = sorted(set(valid))
    if not choices:
        return "none are available"
    folded = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(word.lower(), folded, n=1)
    question = f"did you mean {folded[near[0]]!r}? " if near else ""
    return f"{question}choose from {', '.join(choices)}"
