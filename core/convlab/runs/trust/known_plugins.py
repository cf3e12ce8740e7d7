"""Which plugin files this machine has run: the record that lets a run's own snapshots of them run again.

It lies outside all run folders, so that none can bring it along.
"""

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from convlab.host import Provider
from convlab.host.provider import sha256_of
from convlab.system.atomic_write import write_bytes

logger = logging.getLogger("convlab")


def state_folder() -> Path:
    """Return where the record lies: ``CONVLAB_STATE_DIR``, or where the system keeps a user's state."""
    named = os.environ.get("CONVLAB_STATE_DIR")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_state_path  # not before: a run without plugin files needs it not

    return user_state_path("convlab", appauthor=False)


def has_run(text: str) -> bool:
    """Tell whether this machine has run a plugin file of exactly this text."""
    return _record(text).is_file()


def remember(providers: Iterable[Provider]) -> None:
    """Record the plugin files of a run that is made here; those that come from another run are passed over.

    The texts themselves are kept, by their SHA-256, so that it can be read what is trusted. Where the record
    cannot be written the run goes on, and the logger ``convlab`` tells of it.
    """
    texts = {
        provider.text
        for provider in providers
        if provider.origin == "file" and provider.snapshot is None and provider.text is not None
    }
    for text in texts:
        record = _record(text)
        try:
            record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not record.is_file():
                write_bytes(record, text.encode())
        except OSError as error:
            logger.warning(
                "warning: cannot note in %s that this file was run (%s): using the run will need --trust",
                record.parent,
                error.strerror or error,
            )


def _record(text: str) -> Path:
    return state_folder() / "plugin-files" / f"{sha256_of(text)}.py"
