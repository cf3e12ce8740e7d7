"""What a callback learns about the run it watches."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convlab.system.atomic_write import make_folder, write_text


@dataclass(frozen=True, kw_only=True)
class TrainingInfo:
    """A run that is about to start, or to resume.

    Attributes:
        folder: the run's folder, in which a callback may create its own files.
        name: the folder's name.
        experiment: the whole experiment, nested as in its TOML file.
        parameters: the number of weights of the architecture.
        class_names: the classes, in the order of the logits.
        xla: whether XLA compiled the training step.
        resumed: whether an earlier process trained a part of the run.
        epoch: the epoch in which training starts or resumes, from 1.
        step: steps of it that are done.
        records: one per epoch before it. Later epochs that a tracker saw before run again.
        tracker: the name of the tracker, which ``remember`` and ``recall`` use; empty for other callbacks.
    """

    folder: Path
    name: str
    experiment: Mapping[str, Any]
    parameters: int
    class_names: tuple[str, ...]
    xla: bool = False
    resumed: bool
    epoch: int
    step: int = 0
    records: Sequence[Mapping[str, Any]]
    tracker: str = ""

    def settings(self) -> dict[str, Any]:
        """Return the experiment by dotted key, as ``-s`` takes it; values are JSON values."""
        flat: dict[str, Any] = {}
        for key, value in self.experiment.items():
            if not key.startswith("tracker"):
                _flatten(key.removesuffix("_options"), value, flat)
        return flat

    def remember(self, **values: Any) -> None:
        """Save JSON values, such as a service's run id, for a process that resumes the run."""
        make_folder(self._memory.parent)
        write_text(self._memory, json.dumps(values, indent=2) + "\n")

    def recall(self) -> dict[str, Any]:
        """Return the remembered values; empty if the tracker has not seen the run before."""
        try:
            values: dict[str, Any] = json.loads(self._memory.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return values

    @property
    def _memory(self) -> Path:
        return self.folder / "trackers" / f"{self.tracker}.json"


def _flatten(key: str, value: Any, flat: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _flatten(f"{key}.{name}", inner, flat)
    else:
        flat[key] = value
