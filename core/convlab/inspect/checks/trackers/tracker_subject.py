"""A tracker under check, and the run it follows."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from convlab.experiment import Experiment
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.subject import PartSubject
from convlab.training.callbacks.callback import Callback
from convlab.training.callbacks.training_info import TrainingInfo

EPOCHS: list[dict[str, Any]] = [
    {"epoch": epoch, "seconds": 1.0, "images_per_second": 900.0, "loss": 1 / epoch, "val_loss": 2 / epoch}
    for epoch in (1, 2, 3)
]
SUMMARY = {
    "epochs": EPOCHS,
    "stop_reason": "epochs",
    "selected_epoch": 3,
    "test": {"loss": 0.5, "accuracy": 0.9},
}


@dataclass(kw_only=True, eq=False)
class TrackerSubject(PartSubject):
    """A tracker, with the options that keep it offline if it has such, or else its default options.

    Attributes:
        started: the class of what its ``start`` returned last.
    """

    needs_tensorflow: ClassVar[bool] = True  # which a run has started before its trackers

    started: type[Callback] | None = None

    def require_modules(self) -> None:
        """Raise ``NotApplicableError`` if a module that the tracker requires is not installed."""
        if missing := self.part.missing():
            raise NotApplicableError(missing)

    def start(self, run: TrainingInfo) -> Callback:
        """Start the tracker on a run.

        Raises:
            CheckFailedError: its ``start`` does not return a ``Callback``.
        """
        run = replace(run, tracker=self.part.name)
        tracker = self.part.start(run, self.options_in(run.folder))
        if not isinstance(tracker, Callback):
            raise CheckFailedError(f"start: expected Callback, got {type(tracker).__name__}")
        self.started = type(tracker)
        return tracker

    def options_in(self, folder: Path) -> Any:
        """Return the options; if possible, such that the tracker writes to a folder only."""
        options = self.options()
        if not self.part.offline:
            return options
        given = {name: getattr(options, name) for name in self.option_values}
        return replace(self.part.offline(folder), **given)


@contextmanager
def run_in_a_folder() -> Iterator[TrainingInfo]:
    """Yield a run of three epochs in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="convlab-check-", ignore_cleanup_errors=True) as folder:
        run = new_run(Path(folder, "runs", "run"))
        run.folder.mkdir(parents=True)
        (run.folder / "experiment.toml").write_text(Experiment().to_toml(), encoding="utf-8")
        (run.folder / "summary.json").write_text(json.dumps(SUMMARY), encoding="utf-8")
        yield run


def new_run(folder: Path) -> TrainingInfo:
    """Return a run that is about to start in a folder."""
    return TrainingInfo(
        folder=folder,
        name=folder.name,
        experiment=Experiment().model_dump(mode="json", exclude_none=True),
        parameters=1234,
        class_names=("cat", "dog"),
        resumed=False,
        epoch=1,
        records=(),
    )
