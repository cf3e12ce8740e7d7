"""Which plugin files this machine has executed, and may therefore execute again from a run folder.

The record is outside all run folders, so that a run folder cannot include it.
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
    """Return the folder of the record: ``CONVLAB_STATE_DIR``, or the user's state folder of this system."""
    from_environment = os.environ.get("CONVLAB_STATE_DIR")
    if from_environment:
        return Path(from_environment).expanduser()
    from platformdirs import user_state_path  # slow to import, and only plugin files need it

    return user_state_path("convlab", appauthor=False)


def was_executed(text: str) -> bool:
    """Return whether this machine has executed a plugin file with exactly this text."""
    return _record(text).is_file()


def remember(providers: Iterable[Provider]) -> None:
    """Record the plugin files of a new run, except those that come from another run.

    Their texts are saved under their SHA-256, so that users can read what is trusted. If the record cannot be
    written, a warning is logged.
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
                "cannot record in %s that this machine executed the plugin file (%s); using the run will "
                "require `trust`",
                record.parent,
                error.strerror or error,
            )


def _record(text: str) -> Path:
    return state_folder() / "plugin-files" / f"{sha256_of(text)}.py"
