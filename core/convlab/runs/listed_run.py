"""A run as listed in a table, read fast enough to list thousands of runs per second."""

import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from convlab.runs.lock import is_running

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
    content = _read(f"{folder}/summary.json")
    if isinstance(content, OSError):
        if isinstance(content, FileNotFoundError):
            return _unfinished(folder)
        return _damaged(folder, f"summary.json cannot be read ({content.strerror or content})")
    try:
        summary = json.loads(content)
        names = _names(summary["experiment"])
        return ListedRun(
            path=Path(folder),
            state="finished",
            started=_time(summary.get("started"), folder),
            dataset=names[0],
            architecture=names[1],
            optimizer=names[2],
            epochs=len(summary["epochs"]),
            test={str(name): _number(value) for name, value in summary["test"].items()},
            seconds=sum(map(float, summary["timing"].values())),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return _damaged(folder, f"summary.json is damaged ({type(error).__name__}: {error})")


def _unfinished(folder: str) -> ListedRun | None:
    if not any(os.path.exists(f"{folder}/{name}") for name in _RUN_FILES):  # noqa: PTH110 - faster
        return None
    state, message = _state(folder)
    if state == "interrupted" and os.path.exists(f"{folder}/summary.json"):  # noqa: PTH110
        return read_listed(folder)  # it finished in the meantime
    metrics = _read(f"{folder}/metrics.jsonl")
    experiment = _read(f"{folder}/experiment.toml")
    if isinstance(experiment, OSError):
        return _damaged(folder, f"experiment.toml cannot be read ({experiment.strerror or experiment})")
    try:
        names = _names(tomllib.loads(experiment.decode()))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        return _damaged(folder, f"experiment.toml is damaged ({error})")
    return ListedRun(
        path=Path(folder),
        state=state,
        started=_time(None, folder),
        dataset=names[0],
        architecture=names[1],
        optimizer=names[2],
        epochs=0 if isinstance(metrics, OSError) else metrics.count(b"\n"),
        message=message,
    )


def _state(folder: str) -> tuple[State, str]:
    """Return the state of a run without a summary, and why it stopped."""
    if is_running(folder):
        return "running", ""
    content = _read(f"{folder}/stopped.json")
    if isinstance(content, OSError):
        return "interrupted", "killed"
    try:
        stopped = json.loads(content)
        state: State = "failed" if stopped["state"] == "failed" else "interrupted"
        return state, str(stopped.get("message", ""))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return "damaged", f"stopped.json is damaged ({error})"


def _read(file: str) -> bytes | OSError:
    try:
        with open(file, "rb") as opened:  # noqa: PTH123 - pathlib doubles the time of listing thousands
            return opened.read()
    except OSError as error:
        return error


def _names(experiment: Any) -> tuple[str, str, str]:
    return str(experiment["dataset"]), str(experiment["architecture"]), str(experiment["optimizer"])


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _damaged(folder: str, message: str) -> ListedRun:
    return ListedRun(
        path=Path(folder), state="damaged", started=_time(None, folder), message=" ".join(message.split())
    )


def _time(written: Any, folder: str) -> datetime:
    """Return when a run started: as recorded, or by its name, or by the time its files were written."""
    if isinstance(written, str):
        time = datetime.fromisoformat(written)
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    named = _TIME.match(os.path.basename(folder))  # noqa: PTH119
    if named:
        return datetime.strptime(named[0], "%Y%m%dT%H%M%S%z")
    for name in ("experiment.toml", ""):
        try:
            return datetime.fromtimestamp(os.stat(f"{folder}/{name}").st_mtime, UTC)  # noqa: PTH116
        except OSError:
            continue
    return datetime.fromtimestamp(0, UTC)
