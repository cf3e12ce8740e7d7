"""A run as listed in a table, read fast enough to list thousands of runs per second."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from convlab.runs.lock import is_running
from convlab.runs.reading import FileError, MissingFileError, read_epochs, read_model
from convlab.runs.run_files import Parts, Stopped, Summary, is_plausible

State = Literal["finished", "running", "interrupted", "failed", "damaged"]
STATES: tuple[State, ...] = ("finished", "running", "interrupted", "failed", "damaged")

_RUN_FILES = ("summary.json", "experiment.toml", "stopped.json", "environment.json")
_TIME = re.compile(r"\d{8}T\d{6}Z")
_SCORE = "accuracy"


@dataclass(frozen=True, kw_only=True)
class ListedRun:
    """A run as listed in a table.

    Attributes:
        path: the run's folder.
        state: ``finished``, ``running`` (a process is training it), ``interrupted`` (can be resumed),
            ``failed`` or ``damaged`` (a file cannot be read).
        started: when the run started.
        dataset: the dataset's name.
        architecture: the architecture's name.
        optimizer: the optimizer's name.
        epochs: the number of epochs trained.
        test: loss and metrics on the test set; empty if the run has not finished.
        seconds: the duration of the run.
        message: why the run stopped early, or what is damaged.
    """

    path: Path
    state: State
    started: datetime
    dataset: str = ""
    architecture: str = ""
    optimizer: str = ""
    epochs: int | None = None
    test: dict[str, float | None] = field(default_factory=dict)
    seconds: float | None = None
    message: str = ""

    @property
    def score(self) -> tuple[str, float] | None:
        """The name and value of the metric that ranks runs: accuracy, or else the first metric."""
        metrics = [name for name in self.test if name != "loss"]
        name = _SCORE if _SCORE in metrics else next(iter(metrics), None)
        value = self.test.get(name) if name is not None else None
        return None if name is None or value is None else (name, value)

    def record(self) -> dict[str, Any]:
        """Return what ``convlab runs --json`` prints for the run."""
        return {
            "run": str(self.path),
            "state": self.state,
            "started": self.started.isoformat(timespec="seconds"),
            "dataset": self.dataset,
            "architecture": self.architecture,
            "optimizer": self.optimizer,
            "epochs": self.epochs,
            "test": self.test,
            "seconds": self.seconds,
            "message": self.message,
        }


def read_listed(folder: str) -> ListedRun | None:
    """Read a run; ``None`` if the folder has none of the files that a run writes."""
    try:
        return _finished(folder)
    except MissingFileError:
        pass
    except FileError as error:
        return _damaged(folder, error.short)
    if not any(os.path.lexists(f"{folder}/{name}") for name in _RUN_FILES):
        return None
    try:
        return _unfinished(folder)
    except FileError as error:
        return _damaged(folder, error.short)


def _finished(folder: str) -> ListedRun:
    summary = read_model(folder, Summary)
    return ListedRun(
        path=Path(folder),
        state="finished",
        started=summary.started or _started(folder),
        dataset=summary.experiment.dataset,
        architecture=summary.experiment.architecture,
        optimizer=summary.experiment.optimizer,
        epochs=len(summary.epochs),
        test=summary.test or {},
        seconds=sum(summary.timing.values()),
    )


def _unfinished(folder: str) -> ListedRun:
    state, message = _state(folder)
    if state == "interrupted":
        with suppress(MissingFileError):
            return _finished(folder)  # it finished in the meantime
    parts = read_model(folder, Parts)
    try:
        epochs = read_epochs(folder)
    except MissingFileError:
        epochs = []
    return ListedRun(
        path=Path(folder),
        state=state,
        started=_started(folder),
        dataset=parts.dataset,
        architecture=parts.architecture,
        optimizer=parts.optimizer,
        epochs=len(epochs),
        message=message,
    )


def _state(folder: str) -> tuple[State, str]:
    """Return the state of a run without a summary, and why it stopped."""
    if is_running(folder):
        return "running", ""
    try:
        stopped = read_model(folder, Stopped)
    except MissingFileError:
        return "interrupted", "killed"
    return stopped.state, stopped.message


def _damaged(folder: str, message: str) -> ListedRun:
    return ListedRun(path=Path(folder), state="damaged", started=_started(folder), message=message)


def _started(folder: str) -> datetime:
    """Return when a run started by its name, or else when its files were written."""
    named = _TIME.match(os.path.basename(folder))  # noqa: PTH119
    if named:
        with suppress(ValueError):
            time = datetime.strptime(named[0], "%Y%m%dT%H%M%S%z")
            if is_plausible(time):
                return time
    with suppress(OSError, ValueError, OverflowError):
        time = datetime.fromtimestamp(os.stat(folder).st_mtime, UTC)  # noqa: PTH116
        if is_plausible(time):
            return time
    return datetime.fromtimestamp(0, UTC)
