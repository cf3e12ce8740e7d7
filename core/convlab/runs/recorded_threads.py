"""A run that is resumed or repeated with another number of threads than it was recorded with."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convlab.experiment import TrainSettings
from convlab.runs.reading import FileError, read_environment
from convlab.runs.run_files import Parts
from convlab.system.threads import thread_count

logger = logging.getLogger("convlab")


def warn_about_threads(environment: Mapping[str, Any], settings: TrainSettings) -> None:
    """Warn if this process computes with another number of threads than a run on the CPU was recorded with.

    Args:
        environment: the contents of the run's ``environment.json``.
        settings: of the run to come.
    """
    recorded, devices = environment.get("threads"), environment.get("devices")
    current = thread_count(settings.threads)
    if type(recorded) is not int or recorded in (0, current) or "GPU" in str(devices):
        return
    logger.warning(
        "the run was trained with %d threads, but this process has %d: the results will differ in rounding; "
        "set `train.threads` to %d for the same results",
        recorded,
        current,
        recorded,
    )


def recorded_environment(experiment_file: Path) -> dict[str, Any]:
    """Return the environment of the run that an ``experiment.toml`` belongs to; empty if there is none."""
    if experiment_file.name != Parts.name:
        return {}
    try:
        return read_environment(experiment_file.parent)
    except FileError:
        return {}
