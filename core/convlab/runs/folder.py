"""The folder that keeps a run."""

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.errors import ConfigError, RunFolderError
from convlab.experiment import ResolvedExperiment
from convlab.system.atomic_write import append_line, replacing, write_text
from convlab.training.callbacks.callback import FailureState

if TYPE_CHECKING:
    import keras

LOCK, STOPPED = ".lock", "stopped.json"


class RunFolder:
    """A run's folder.

    ``summary.json`` is written last: a folder that has one is whole. While a process trains the run it holds
    a lock on ``.lock``, which its end frees, whatever that was. ``stopped.json`` says why a run ended early.

    Attributes:
        path: where it is.
        checkpoints: the folder in it that checkpoints are kept in.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"

    @classmethod
    def create(cls, runs_dir: Path, resolved: ResolvedExperiment, name: str | None = None) -> "RunFolder":
        """Make a new folder, named after the time and the parts unless ``name`` is given.

        Raises:
            ConfigError: ``name`` is taken or is no plain folder name.
            RunFolderError: the folder cannot be made or written to.
        """
        try:
            runs_dir.mkdir(parents=True, exist_ok=True)
            path = _named(runs_dir, name) if name is not None else _numbered(runs_dir, _label(resolved))
            folder = cls(path)
            folder._check_writable()
        except OSError as error:
            reason = error.strerror or str(error)
            raise RunFolderError(
                f"cannot write to {str(runs_dir)!r} ({reason}): choose another folder with --runs-dir"
            ) from error
        return folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training the run while the block runs.

        Raises:
            RunFolderError: another one does.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / LOCK, timeout=0)
        with self._reported():
            try:
                lock.acquire()
            except Timeout:
                raise RunFolderError(
                    f"another process is training {str(self.path)!r}: wait for it, or end it first"
                ) from None
        try:
            for unfinished in self.path.rglob(".unfinished-*"):  # of a process that was killed in a write
                unfinished.unlink(missing_ok=True)
            yield
        finally:
            (self.path / LOCK).unlink(missing_ok=True)
            lock.release()

    def write_stopped(self, state: FailureState, message: str) -> None:
        """Keep why the run ended early, if there is a run that has not finished yet, and room for it."""
        begun, finished = ((self.path / name).exists() for name in ("experiment.toml", "summary.json"))
        if begun and not finished:
            with suppress(OSError):
                write_text(self.path / STOPPED, _json({"state": state, "message": message}, indent=2) + "\n")

    def discard_if_empty(self) -> bool:
        """Remove a folder that nothing was written to, and tell whether it was so."""
        try:
            self.path.rmdir()
        except OSError:
            return False
        return True

    def go_on(self, toml: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Make it that of a run under way again, with its experiment and the records of its epochs so far.

        What it had found when it finished before is kept beside, as ``summary-1.json`` and so on.
        """
        summary = self.path / "summary.json"
        with self._reported():
            if summary.exists():
                summary.rename(next(path for path in self._earlier_summaries() if not path.exists()))
            (self.path / STOPPED).unlink(missing_ok=True)
        self.write_experiment(toml)
        self.write_epochs(records)

    def _earlier_summaries(self) -> Iterator[Path]:
        return (self.path / f"summary-{number}.json" for number in itertools.count(1))

    def write_experiment(self, toml: str) -> None:
        """Keep the resolved experiment."""
        with self._reported():
            write_text(self.path / "experiment.toml", toml)

    def write_environment(self, environment: dict[str, Any]) -> None:
        """Keep what the run was made with."""
        with self._reported():
            write_text(self.path / "environment.json", _json(environment, indent=2) + "\n")

    def write_epochs(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Keep these epochs' records and no others: a resumed run makes the later ones again."""
        with self._reported():
            write_text(self.path / "metrics.jsonl", "".join(f"{_json(record)}\n" for record in records))

    def append_epoch(self, record: dict[str, Any]) -> None:
        """Keep an epoch's record."""
        with self._reported():
            append_line(self.path / "metrics.jsonl", _json(record))

    def save_model(self, model: "keras.Model") -> None:
        """Keep the trained model."""
        with self._reported(), replacing(self.path / "model.keras") as unfinished:
            model.save(unfinished)

    def write_summary(self, summary: dict[str, Any]) -> None:
        """Keep what the run found; this makes the folder whole."""
        with self._reported():
            write_text(self.path / "summary.json", _json(summary, indent=2) + "\n")
            (self.path / STOPPED).unlink(missing_ok=True)

    def _check_writable(self) -> None:
        probe = self.path / ".probe"
        probe.touch()
        probe.unlink()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RunFolderError(
                f"cannot write to {str(self.path)!r} ({error.strerror or error}): free space or mend its "
                "permissions; what was written before is whole"
            ) from error


def finite(value: Any) -> Any:
    """Return a copy with ``None`` for numbers that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(finite(value), indent=indent, ensure_ascii=False, allow_nan=False)


def _label(resolved: ResolvedExperiment) -> str:
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    parts = (resolved.dataset, resolved.architecture, resolved.optimizer)
    return "-".join([time, *(part.part.name for part in parts)])


def _named(runs_dir: Path, name: str) -> Path:
    if not re.fullmatch(r"[\w.+=@ -]+", name) or name in (".", ".."):
        raise ConfigError(f"--name {name!r}: use letters, digits, '-', '_' and '.' only; it names a folder")
    path = runs_dir / name
    try:
        path.mkdir()
    except FileExistsError:
        raise ConfigError(
            f"--name {name!r}: {str(path)!r} exists, and no run is overwritten: choose another"
        ) from None
    return path


def _numbered(runs_dir: Path, label: str) -> Path:
    for number in itertools.count(1):
        path = runs_dir / (label if number == 1 else f"{label}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise AssertionError("counting does not end")
