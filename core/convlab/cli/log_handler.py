"""What convlab logs, on standard error."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from convlab.cli.flags import with_flags
from convlab.cli.messages import print_message

_LOGGER = logging.getLogger("convlab")


class _Handler(logging.Handler):
    """Writes ``warning: …`` or ``note: …`` to whatever ``sys.stderr`` is at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        label = "warning" if record.levelno >= logging.WARNING else "note"
        print_message(f"{label}: {with_flags(record.getMessage())}")


@contextmanager
def logging_to_stderr() -> Iterator[None]:
    """Print what the logger ``convlab`` logs, from level info up unless it has a level of its own."""
    handler, level = _Handler(), _LOGGER.level
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(level or logging.INFO)
    try:
        yield
    finally:
        _LOGGER.setLevel(level)
        _LOGGER.removeHandler(handler)
