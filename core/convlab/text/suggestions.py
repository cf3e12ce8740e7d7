"""Suggestions for a mistyped name, or for another tool's name."""

import difflib
import re
from collections.abc import Iterable

from convlab.text.synonyms import SYNONYMS

_MOST_CHOICES = 12
# In the name of a class, such as SparseTopKCategoricalAccuracy.
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def did_you_mean(word: str, valid: Iterable[str], *, see_all: str = "") -> str:
    """Return ``did you mean 'x'? choose from x, y, z``, without the question if no name is similar.

    Args:
        word: what was written.
        valid: the names there are.
        see_all: if they are too many for a line, where they are listed, such as ``'convlab list' lists all``.
    """
    choices = sorted(set(valid))
    if not choices:
        return "none are available"
    near = nearest(word, choices)
    question = f"did you mean {near!r}? " if near else ""
    if len(choices) <= _MOST_CHOICES:
        return f"{question}choose from {', '.join(choices)}"
    if see_all:
        return f"{question}{see_all}"
    similar = difflib.get_close_matches(word, choices, n=_MOST_CHOICES, cutoff=0)
    return f"{question}choose from {', '.join(similar)} and {len(choices) - len(similar)} more"


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """Return the valid name that a word most probably stands for, if any.

    That is a name with the meaning that the word has in other tools, or else one of similar spelling.
    """
    names = {_plain(name): name for name in valid}
    for meaning in meanings(word):
        if meaning in names:
            return names[meaning]
    similar = difflib.get_close_matches(_plain(word), names, n=1)
    return names[similar[0]] if similar else None


def meanings(word: str) -> list[str]:
    """Return a word, and convlab's words for it, in lower case with underscores."""
    plain = _plain(word)
    in_words = _plain(
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", word)
    )  # such as the name of a class
    found = [*SYNONYMS.get(plain, ()), *SYNONYMS.get(in_words, ())]
    return [plain, in_words, *map(_plain, found)]


def _plain(name: str) -> str:
    return name.lower().lstrip("-").replace("-", "_")
