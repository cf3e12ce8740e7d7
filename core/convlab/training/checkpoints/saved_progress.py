"""How far a run has come, as its last checkpoint says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from convlab.options.reading import first_mistake
from convlab.training.checkpoints import LAST
from convlab.training.checkpoints.file import damaged, read_facts
from convlab.training.progress import Progress


def saved_progress(checkpoints: Path) -> Progress | None:
    """Return how far a run had come, without reading its variables; ``None`` if it has no checkpoint.

    Args:
        checkpoints: the run's folder for checkpoints.

    Raises:
        RunFolderError: the checkpoint is damaged, or from another version of convlab.
    """
    file = checkpoints / LAST
    return read_progress(file, read_facts(file)) if file.exists() else None


def read_progress(file: Path, facts: Mapping[str, Any]) -> Progress:
    """Return the progress in the facts of a last checkpoint.

    Raises:
        RunFolderError: a fact is missing, of another type, or contradicts another one.
    """
    try:
        return Progress.model_validate(facts)
    except ValidationError as error:
        raise damaged(file, first_mistake(error, "")) from None
