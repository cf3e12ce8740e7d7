"""A run's folder, as the run writes it."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.data.used_images import UsedImages
from convlab.errors import ConfigError, RunFolderError
from convlab.experiment import ResolvedExperiment
from convlab.runs import lock
from convlab.runs.recorded_images import RecordedImages
from convlab.system.atomic_write import append_line, find_link, remove_unfinished, replacing, write_text
from convlab.text.strict_json import to_json
from convlab.training.callbacks.callback import FailureState

if TYPE_CHECKING:
    import keras

STOPPED = "stopped.json"
LAST_RUN = "last"
"""What commands call the most recent run."""

_NAME = re.compile(r"\w([\w.+=@ -]*[\w+=@-])?")
_MAX_NAME_BYTES = 200


def check_name(name: str) -> None:
    """Check that a name can be that of a run's folder, and that commands take it for nothing else.

    Raises:
        ConfigError: it cannot.
    """
    if name.casefold() == LAST_RUN:
        raise ConfigError(f"`name`: {name!r} refers to the most recent run in commands; choose another name")
    if name.casefold().endswith(".toml"):
        raise ConfigError(f"`name`: {name!r} looks like an experiment file in commands; omit '.toml'")
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"`name`: {name!r} is not a valid folder name; use letters, digits, '-', '_' and '.' only, and "
            "start with a letter or digit"
        )
    if len(name.encode()) > _MAX_NAME_BYTES:
        raise ConfigError(f"`name`: longer than {_MAX_NAME_BYTES} bytes; choose a shorter name")


class RunFolder:
    """A run's folder.

    ``summary.json`` is written last and marks a finished run. ``stopped.json`` says why a run stopped early.

    Attributes:
        path: the folder.
        checkpoints: its subfolder for checkpoints.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"

    @classmethod
    def create(cls, runs_dir: Path, resolved: ResolvedExperiment, name: str | None = None) -> "RunFolder":
        """Create a new folder, by default named after the time and the parts.

        Raises:
            ConfigError: ``name`` is taken or is not a plain folder name.
            RunFolderError: the folder cannot be created or written to.
        """
        try:
            runs_dir.mkdir(parents=True, exist_ok=True)
            path = _create_named(runs_dir, name) if name is not None else _create_default(runs_dir, resolved)
            probe = path / ".probe"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise RunFolderError(
                f"cannot write to {str(runs_dir)!r} ({error.strerror or error}); choose another `runs_dir`"
            ) from error
        return cls(path)

    @contextmanager
    def locked(self, task: lock.Task = "training") -> Iterator[None]:
        """Prevent other processes from writing to the folder while the block runs.

        Removes what a process that was killed while writing left behind. Everything that writes into an
        existing run folder does so in such a block, which refuses links: in a folder from elsewhere, they may
        lead to any file of this machine.

        Args:
            task: what the block does; several exports wait for each other.

        Raises:
            RunFolderError: another process is writing to it, or the folder contains a link or cannot be
                written to.
        """
        with ExitStack() as stack:
            with self._explained():
                if link := find_link(self.path):
                    raise RunFolderError(
                        f"{str(link)!r} is a link, and convlab does not write through links in a run folder; "
                        "replace it by what it points to"
                    )
                stack.enter_context(lock.locked(self.path, task))
                remove_unfinished(self.path)
            yield

    def write_stopped(self, state: FailureState, message: str) -> None:
        """Record why the run stopped early, if it has started and not finished; a full disk is ignored."""
        started, finished = ((self.path / name).exists() for name in ("experiment.toml", "summary.json"))
        if started and not finished:
            with suppress(OSError):
                write_text(
                    self.path / STOPPED, to_json({"state": state, "message": message}, indent=2) + "\n"
                )

    def discard_if_empty(self) -> bool:
        """Remove the folder if nothing was written to it, and return whether it was removed."""
        try:
            self.path.rmdir()
        except OSError:
            return False
        return True

    def reopen(self, toml: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Turn the folder into that of an unfinished run, with this experiment and these epochs.

        The summary of a finished run is renamed to ``summary-1.json``, ``summary-2.json`` and so on.
        """
        summary = self.path / "summary.json"
        with self._explained():
            if summary.exists():
                earlier = (self.path / f"summary-{number}.json" for number in itertools.count(1))
                summary.rename(next(path for path in earlier if not path.exists()))
            (self.path / STOPPED).unlink(missing_ok=True)
        self.write_experiment(toml)
        self.write_epochs(records)

    def write_experiment(self, toml: str) -> None:
        """Write the resolved experiment."""
        with self._explained():
            write_text(self.path / "experiment.toml", toml)

    def write_environment(self, environment: dict[str, Any]) -> None:
        """Write what the run was made with."""
        with self._explained():
            write_text(self.path / "environment.json", to_json(environment, indent=2) + "\n")

    def write_images(self, images: UsedImages) -> None:
        """Write which images the run uses."""
        content = RecordedImages.of(images).model_dump(exclude_none=True)
        with self._explained():
            write_text(self.path / RecordedImages.name, to_json(content, indent=1) + "\n")

    def write_epochs(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Replace the records of all epochs; a resumed run repeats the later ones."""
        with self._explained():
            write_text(self.path / "metrics.jsonl", "".join(f"{to_json(record)}\n" for record in records))

    def append_epoch(self, record: dict[str, Any]) -> None:
        """Append the record of an epoch."""
        with self._explained():
            append_line(self.path / "metrics.jsonl", to_json(record))

    def save_model(self, model: "keras.Model") -> None:
        """Save the trained model."""
        with self._explained(), replacing(self.path / "model.keras") as unfinished:
            model.save(unfinished)

    def write_summary(self, summary: dict[str, Any]) -> None:
        """Write the results, which marks the run as finished."""
        with self._explained():
            write_text(self.path / "summary.json", to_json(summary, indent=2) + "\n")
            (self.path / STOPPED).unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RunFolderError(
                f"cannot write to {str(self.path)!r} ({error.strerror or error}); free disk space or fix the "
                "permissions. Files written earlier are intact"
            ) from error


def _create_named(runs_dir: Path, name: str) -> Path:
    check_name(name)
    path = runs_dir / name
    try:
        path.mkdir()
    except FileExistsError:
        raise ConfigError(f"`name`: {str(path)!r} already exists; choose another name") from None
    return path


def _create_default(runs_dir: Path, resolved: ResolvedExperiment) -> Path:
    """Create a folder named after the time and the parts, with a number if two start in the same second."""
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    parts = (resolved.dataset, resolved.architecture, resolved.optimizer)
    label = "-".join([time, *(part.part.name for part in parts)])
    for number in itertools.count(1):
        path = runs_dir / (label if number == 1 else f"{label}-{number}")
        with suppress(FileExistsError):
            path.mkdir()
            break
    return path
