"""What convlab logs, on standard error."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from convlab.cli.flags import with_flags
from convlab.cli.messages import print_message

_LOGGER = logging.getLogger("convlab")
_PROGRESS = "convlab.progress"  # what takes seconds; printed without a label


class _Handler(logging.Handler):
    """Writes ``warning: …`` or ``note: …`` to whatever ``sys.stderr`` is at the time."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__()
        self.quiet = quiet

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == _PROGRESS:
            if not self.quiet:
                print_message(record.getMessage())
            return
        label = "warning" if record.levelno >= logging.WARNING else "note"
        print_message(f"{label}: {with_flags(record.getMessage())}")


@contextmanager
def logging_to_stderr(*, quiet: bool = False) -> Iterator[None]:
    """Print what the logger ``convlab`` logs, from level info up unless it has a level of its own.

    Args:
        quiet: whether to leave out progress.
    """
    handler, level = _Handler(quiet=quiet), _LOGGER.level
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(level or logging.INFO)
    try:
        yield
    finally:
        _LOGGER.setLevel(level)
        _LOGGER.removeHandler(handler)
