"""The nearest valid word to one that was mistyped."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """Return ``did you mean 'x'? choose from x, y, z``, without the question where nothing is near."""
    choices = sorted(set(valid))
    if not choices:
        return "there is none to choose from"
    folded = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(word.lower(), folded, n=1)
    question = f"did you mean {folded[near[0]]!r}? " if near else ""
    return f"{question}choose from {', '.join(choices)}"
