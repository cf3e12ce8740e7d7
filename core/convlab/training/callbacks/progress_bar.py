"""Progress on standard error: bars on a terminal and in a notebook, plain lines elsewhere."""

import re
import sys
import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from convlab.text.console import SafeConsole
from convlab.text.formatting import in_lines
from convlab.text.visible import visible
from convlab.training.callbacks.callback import Callback, FailureState
from convlab.training.callbacks.progress_lines import ProgressLines
from convlab.training.callbacks.summary_lines import describe, metric_pieces, metrics_line, resuming, speed
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.training.preparation import Prepared


def progress_display(prepared: Prepared) -> Callback:
    """Return the display that suits where standard error goes."""
    console = SafeConsole(sys.stderr)
    display = ProgressBar if console.is_terminal or console.is_jupyter else ProgressLines
    return display(prepared, console)


class ProgressBar(Callback):
    """A bar for the current epoch, and a line for each completed one.

    Args:
        prepared: the experiment.
        console: where to draw.
    """

    def __init__(self, prepared: Prepared, console: Console) -> None:
        self._prepared = prepared
        self._console = console
        self._epoch_started = time.perf_counter()
        self._steps_before = 0
        self._task: TaskID | None = None
        self._progress = Progress(
            TextColumn("{task.description}", style="bold", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[results]}", style="cyan", markup=False),
            console=console,
            transient=True,
        )

    def on_compile_begin(self) -> None:
        """Print what is trained."""
        for line in describe(self._prepared):
            name, colon, rest = line.partition(": ")
            self._console.print(Text.assemble((visible(name), "bold"), colon, (visible(rest), "dim")))
        self._show("compiling", None)
        self._progress.start()

    def on_train_begin(self, run: TrainingInfo) -> None:
        """Print where the run resumes."""
        if run.resumed:
            self._console.print(resuming(run.epoch, run.step))

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Start a bar."""
        self._show(f"epoch {epoch}/{self._prepared.plan.epochs}", logs["steps"])
        self._steps_before = logs["step"]
        self._epoch_started = time.perf_counter()

    def on_step_end(self, step: int, logs: Mapping[str, float]) -> None:
        """Advance the bar."""
        assert self._task is not None
        plan = self._prepared.plan
        images = plan.images_seen(step) - plan.images_seen(self._steps_before)
        pace = f"{images / (time.perf_counter() - self._epoch_started):,.0f} images/s"
        self._progress.update(self._task, completed=step, speed=pace, results=visible(metrics_line(logs)))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Print the epoch's results above the bar."""
        name = f"epoch {epoch}/{self._prepared.plan.epochs}"
        pieces = (name, speed(logs), *map(visible, metric_pieces(logs)))
        line = Text(in_lines(pieces, self._console.width, indent=len(name) + 2))
        line.stylize("bold", 0, len(name))
        line.highlight_regex(re.escape(speed(logs)), "dim")
        self._console.print(line)

    def on_evaluate_begin(self, images: int) -> None:
        """Show that the test is running."""
        self._show(f"testing on {images:,} images", None)

    def on_evaluate_end(self, logs: Mapping[str, float]) -> None:  # noqa: ARG002
        """Remove the bar."""
        self._progress.stop()

    def on_train_end(self, summary: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Remove the bar if the test set was not evaluated."""
        self._progress.stop()

    def on_failure(self, state: FailureState, message: str) -> None:  # noqa: ARG002
        """Remove the bar."""
        self._progress.stop()

    def _show(self, description: str, total: int | None) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(description, total=total, speed="", results="")
