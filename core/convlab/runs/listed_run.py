"""A run as listed in a table, read fast enough to list thousands of runs per second."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from convlab.runs.lock import is_running
from convlab.runs.reading import FileError, MissingFileError, read_epochs, read_model
from convlab.runs.run_files import Notes, Parts, Stopped, Summary, is_plausible

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
        validation: loss and metrics on the validation set, after the epoch whose weights were saved, or the
            last one of an unfinished run; empty without a validation set.
        test: loss and metrics on the test set; empty if it was not evaluated.
        seconds: the duration of the run.
        message: why the run stopped early, or what is damaged.
        note: what a person wrote about the run.
        tags: words that a person gave the run.
        differing: the settings, by dotted key, that differ between the runs of a list.
        tables: all settings, nested as in ``experiment.toml``.
    """

    path: Path
    state: State
    started: datetime
    dataset: str = ""
    architecture: str = ""
    optimizer: str = ""
    epochs: int | None = None
    validation: dict[str, float | None] = field(default_factory=dict)
    test: dict[str, float | None] = field(default_factory=dict)
    seconds: float | None = None
    message: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    differing: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def score(self) -> tuple[str, float] | None:
        """The name and value of the metric that ranks runs: the validation accuracy, or the first metric."""
        metrics = [name for name in self.validation if name != "loss"]
        name = _SCORE if _SCORE in metrics else next(iter(metrics), None)
        value = self.validation.get(name) if name is not None else None
        return None if name is None or value is None else (name, value)

    @cached_property
    def size(self) -> int:
        """The size of all files in the folder, in bytes."""
        return _size(str(self.path))

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
            "validation": self.validation,
            "test": self.test or None,
            "seconds": self.seconds,
            "message": self.message,
            "note": self.note,
            "tags": list(self.tags),
            "differing": self.differing,
            "size": self.size,
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
    epochs = {record.get("epoch"): record for record in summary.epochs}
    last = next(reversed(epochs.values()), {})
    notes = _notes(folder)
    return ListedRun(
        path=Path(folder),
        state="finished",
        started=summary.started or _started(folder),
        dataset=summary.experiment.dataset,
        architecture=summary.experiment.architecture,
        optimizer=summary.experiment.optimizer,
        epochs=len(summary.epochs),
        validation=_validation(epochs.get(summary.selected_epoch, last)),
        test=summary.test or {},
        seconds=sum(summary.timing.values()),
        note=notes.note,
        tags=notes.tags,
        tables=summary.experiment.tables(),
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
    notes = _notes(folder)
    return ListedRun(
        path=Path(folder),
        state=state,
        started=_started(folder),
        dataset=parts.dataset,
        architecture=parts.architecture,
        optimizer=parts.optimizer,
        epochs=len(epochs),
        validation=_validation(epochs[-1] if epochs else {}),
        message=message,
        note=notes.note,
        tags=notes.tags,
        tables=parts.tables(),
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


def _notes(folder: str) -> Notes:
    try:
        return read_model(folder, Notes)
    except MissingFileError:
        return Notes()


def _validation(record: dict[str, Any]) -> dict[str, float | None]:
    return {name.removeprefix("val_"): value for name, value in record.items() if name.startswith("val_")}


def _size(folder: str) -> int:
    try:
        with os.scandir(folder) as entries:
            return sum(
                _size(entry.path)
                if entry.is_dir(follow_symlinks=False)
                else entry.stat(follow_symlinks=False).st_size
                for entry in entries
            )
    except OSError:  # it is being removed, or is not readable
        return 0


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
