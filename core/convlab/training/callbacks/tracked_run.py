"""What a tracker is told of a run, and the base of what it follows the run with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from convlab.system.atomic_write import write_text

State = Literal["failed", "interrupted"]


@dataclass(frozen=True, kw_only=True)
class TrackedRun:
    """A run whose training is about to begin, or to go on.

    Attributes:
        folder: where the run is kept; a tracker may make a folder of its own in it.
        name: the folder's name.
        experiment: the whole experiment, nested as in its TOML file.
        parameters: how many weights the architecture has.
        class_names: of the classes, in the order of the logits.
        resumed: whether an earlier process has trained a part of the run.
        epoch: the epoch that training begins or goes on in, counted from 1.
        records: of the epochs before it. Later ones that a tracker was told of before are run again.
        tracker: the name of the tracker that is told, by which it remembers.
    """

    folder: Path
    name: str
    experiment: Mapping[str, Any]
    parameters: int
    class_names: tuple[str, ...]
    resumed: bool
    epoch: int
    records: Sequence[Mapping[str, Any]]
    tracker: str = ""

    def settings(self) -> dict[str, Any]:
        """Return what is trained and how, by dotted key as ``-s`` takes it; values are JSON's."""
        flat: dict[str, Any] = {}
        for key, value in self.experiment.items():
            if not key.startswith("tracker"):
                _flatten(key.removesuffix("_options"), value, flat)
        return flat

    def remember(self, **values: Any) -> None:
        """Keep values of JSON's types for the process that goes on with the run, such as a service's id."""
        self._memory.parent.mkdir(exist_ok=True)
        write_text(self._memory, json.dumps(values, indent=2) + "\n")

    def recall(self) -> dict[str, Any]:
        """Return what was remembered of this run; nothing where it is new to the tracker."""
        try:
            values: dict[str, Any] = json.loads(self._memory.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return values

    @property
    def _memory(self) -> Path:
        return self.folder / "trackers" / f"{self.tracker}.json"


class RunTracker:
    """Follows one run; does nothing, as the base of those that do.

    Its methods are called one after the other, in a thread beside the training, which does not wait for
    them. One that raises is told in a line, and the run goes on without the tracker.
    """

    def epoch_ended(self, record: Mapping[str, Any]) -> None:
        """An epoch has ended and was validated.

        Args:
            record: ``epoch``, ``seconds``, ``images_per_second``, ``loss``, each metric, and the same of the
                validation images with ``val_`` before the name.
        """

    def finished(self, summary: Mapping[str, Any]) -> None:
        """The run has finished, and all its files are written.

        Args:
            summary: what ``summary.json`` holds; ``test`` among it, the loss and each metric.
        """

    def stopped(self, state: State, message: str) -> None:
        """The run has ended early, and may be gone on with.

        Args:
            state: ``interrupted`` where it was asked to end, or ``failed``.
            message: why.
        """


def _flatten(key: str, value: Any, flat: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _flatten(f"{key}.{name}", inner, flat)
    else:
        flat[key] = value
