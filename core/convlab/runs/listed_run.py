"""A run as a table shows it, read quickly: listing thousands takes less than a second."""

import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

State = Literal["finished", "running", "interrupted", "failed", "damaged"]
STATES: tuple[State, ...] = ("finished", "running", "interrupted", "failed", "damaged")

_RUN_FILES = ("summary.json", "experiment.toml", "stopped.json", "environment.json")
_TIME = re.compile(r"\d{8}T\d{6}Z")
_SCORE = "accuracy"


@dataclass(frozen=True, kw_only=True)
class ListedRun:
    """A run as a table shows it.

    Attributes:
        path: its folder.
        state: ``finished``, ``running`` (a process holds its lock), ``interrupted`` (it can be resumed),
            ``failed`` or ``damaged`` (a file of it cannot be read).
        started: when it was started.
        dataset: the data set's name.
        architecture: the architecture's name.
        optimizer: the optimizer's name.
        epochs: how many epochs were trained.
        test: loss and metrics on the test split; empty where it has not finished.
        seconds: how long it took.
        message: why it stopped, or what is damaged.
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
        """The metric that tells runs apart, with its name: accuracy where it was measured, or the first."""
        metrics = [name for name in self.test if name != "loss"]
        name = _SCORE if _SCORE in metrics else next(iter(metrics), None)
        value = self.test.get(name) if name is not None else None
        return None if name is None or value is None else (name, value)

    def record(self) -> dict[str, Any]:
        """Return what ``convlab runs --json`` prints of it."""
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
    """Return what a table shows of a folder; ``None`` where it has nothing that a run writes."""
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
    if not any(os.path.exists(f"{folder}/{name}") for name in _RUN_FILES):  # noqa: PTH110 - thousands of them
        return None
    state, message = _state(folder)
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
    """Return the state of a run that has no summary, and why it ended."""
    if _is_locked(f"{folder}/.lock"):
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


def _is_locked(file: str) -> bool:
    if not os.path.exists(file):  # noqa: PTH110 - the lock must not be made by looking for it
        return False
    try:
        with FileLock(file, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # somebody else's run, which cannot be looked into
        return False


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
    """Return when a run was started: as it says, as its name says, or when its folder was written."""
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
