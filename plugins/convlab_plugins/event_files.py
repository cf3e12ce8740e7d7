"""Write a run's results as TensorBoard event files."""

import os
import platform
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from convlab import Callback, TrainingInfo

_SPEED = ("seconds", "images_per_second")


class EventFiles(Callback):
    """Writes a run's results as scalars; the step is the epoch.

    A resumed run writes a new file in the same folder. It starts with a session log, which makes TensorBoard
    ignore that step and later ones in earlier files.

    Args:
        run: the run to track.
    """

    def __init__(self, run: TrainingInfo) -> None:
        folder = run.folder / "tensorboard"
        folder.mkdir(exist_ok=True)
        written = _epochs_in(folder) if run.resumed else set()
        self._epoch = run.epoch - 1
        self._writer = RecordWriter(_next_file(folder).open("xb"))
        self._write(0, file_version="brain.Event:2")
        if run.resumed:
            self._write(run.epoch, session_log=SessionLog(status=SessionLog.START))
        toml = (run.folder / "experiment.toml").read_text(encoding="utf-8")
        self._write(self._epoch, summary=text_pb("experiment", f"```toml\n{toml}```"))
        self._write(self._epoch, summary=hparams_pb(_flat(run.settings())))
        for record in run.records:
            if record["epoch"] not in written:
                self.on_epoch_end(record["epoch"], record)
        self._writer.flush()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Write an epoch's results and flush, so that a viewer sees them immediately."""
        self._epoch = epoch
        self._write_scalars({_tag(name): value for name, value in logs.items() if name != "epoch"})

    def on_train_end(self, summary: Mapping[str, Any]) -> None:
        """Write the test results, at the epoch whose weights were tested."""
        self._epoch = summary["selected_epoch"]
        self._write_scalars({f"test/{name}": value for name, value in (summary["test"] or {}).items()})
        self._writer.close()

    def on_failure(self, state: str, message: str) -> None:
        """Write why the run stopped early."""
        self._write(self._epoch, summary=text_pb(state, message))
        self._writer.close()

    def _write_scalars(self, values: Mapping[str, float | None]) -> None:
        # Simple values, which every reader of event files supports. JSON has null for NaN.
        scalars = [
            Summary.Value(tag=tag, simple_value=float("nan") if value is None else value)
            for tag, value in values.items()
        ]
        self._write(self._epoch, summary=Summary(value=scalars))
        self._writer.flush()

    def _write(self, step: int, **content: Any) -> None:
        self._writer.write(Event(wall_time=time.time(), step=step, **content).SerializeToString())


def _next_file(folder: Path) -> Path:
    """Return the path of a new event file, which readers read after the others: they sort by name.

    TensorBoard's own writer gives files of one second names in any order.
    """
    found = (re.match(r"events\.out\.tfevents\.(\d{10})\.", path.name) for path in folder.iterdir())
    seconds = max((int(match[1]) + 1 for match in found if match), default=0)
    return (
        folder / f"events.out.tfevents.{max(seconds, int(time.time())):010d}.{platform.node()}.{os.getpid()}"
    )


def _epochs_in(folder: Path) -> set[int]:
    """Return the epochs that a viewer would find in a folder."""
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    tag = "train/loss"
    return {event.step for event in events.Scalars(tag)} if tag in events.Tags()["scalars"] else set()


def _tag(name: str) -> str:
    if name in _SPEED:
        return f"speed/{name}"
    validation = name.removeprefix("val_")
    return f"train/{name}" if validation == name else f"validation/{validation}"


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as values of the hyperparameter table: lists as text."""
    return {key: str(value) if isinstance(value, list) else value for key, value in settings.items()}
