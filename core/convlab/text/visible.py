"""Text of others, such as names, messages and paths, made safe to print on a terminal."""

import unicodedata

# Control characters, those that reorder or hide text, lone surrogates, unassigned ones and line separators.
_UNSAFE = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def visible(text: object, *, keep: str = "") -> str:
    r"""Return a text in one line with every character that a terminal may act on escaped, such as ``\x1b``.

    Everything that a plugin, a dataset, a run folder, the environment or an argument supplies passes through
    this function before it is printed.

    Args:
        text: the text, or an object that is converted to it.
        keep: the control characters to leave as they are, such as ``"\n\t"`` for a file of code.
    """
    written = str(text)
    if written.isprintable():
        return written
    return "".join(char if char in keep or is_safe(char) else _escaped(char) for char in written)


def is_safe(char: str) -> bool:
    """Return whether a terminal shows a character and does nothing else."""
    return unicodedata.category(char) not in _UNSAFE


def _escaped(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
