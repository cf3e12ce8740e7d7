"""Text of any length in one line."""


def one_line(text: object, limit: int = 400) -> str:
    """Return a text without line breaks and repeated spaces, cut to ``limit`` characters with ``…``."""
    line = " ".join(str(text).split())
    return line if len(line) <= limit else f"{line[:limit]}…"
