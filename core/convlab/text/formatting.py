"""Values as people write them: one line, a list of names, an image shape, a duration."""

from collections.abc import Iterable, Sequence


def one_line(text: object, limit: int = 400) -> str:
    """Return a text without line breaks and repeated spaces, cut to ``limit`` characters with ``…``."""
    line = " ".join(str(text).split())
    return line if len(line) <= limit else f"{line[:limit]}…"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the names quoted and separated by commas, such as ``'a', 'b', 'c' and 4 more``."""
    shown = ", ".join(map(repr, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def in_lines(pieces: Iterable[str], width: int, indent: int = 0) -> str:
    """Return pieces separated by two spaces, in as many lines as a width requires; no piece is broken.

    Args:
        pieces: such as ``loss 0.1234``.
        width: the characters per line.
        indent: the spaces before each line but the first.
    """
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + 2 + len(piece) <= width:
            lines[-1] += f"  {piece}"
        else:
            lines.append(f"{' ' * indent if lines else ''}{piece}")
    return "\n".join(lines)


def in_pixels(shape: Iterable[int]) -> str:
    """Return an image shape such as ``28×28×1``."""
    return "×".join(map(str, shape))


def age(seconds: float) -> str:
    """Return how long ago something was, such as ``40 s``, ``5 min``, ``3 h`` or ``12 d``."""
    whole = max(0, int(seconds))
    for unit, length, most in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 48 * 3600)):
        if whole < most:
            return f"{whole // length} {unit}"
    return f"{whole // 86400} d"


def duration(seconds: float) -> str:
    """Return a duration such as ``0.4 s``, ``38 s``, ``12 min 5 s`` or ``3 h 20 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min"
