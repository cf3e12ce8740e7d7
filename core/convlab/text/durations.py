"""Durations for people."""


def in_words(seconds: float) -> str:
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
