"""How large a file is, as people say it."""


def in_bytes(size: float) -> str:
    """Return a size such as ``535 bytes``, ``28.7 kB`` or ``1.74 MB``."""
    if size < 1000:
        return f"{size:.0f} bytes"
    for unit in ("kB", "MB"):
        size /= 1000
        if size < 1000:
            return f"{size:.3g} {unit}"
    return f"{size / 1000:.3g} GB"
