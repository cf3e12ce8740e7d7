"""Progress bars on a terminal."""

import time
from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from convlab.training.callbacks.wording import describe, measures, resumed, speed
from convlab.training.preparation import Prepared
from convlab.training.progress import EpochRecord
from convlab.training.reporter import Reporter


class Bars(Reporter):
    """Shows a bar for the epoch under way, and a line for each that ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._epochs = 0
        self._started = time.perf_counter()
        self._task: TaskID | None = None
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("[cyan]{task.fields[results]}"),
            console=console,
            transient=True,
        )

    def started(self, prepared: Prepared) -> None:
        """Say what is trained."""
        self._epochs = prepared.plan.epochs
        for line in describe(prepared):
            name, colon, rest = line.partition(": ")
            self._console.print(f"[bold]{name}[/]{colon}[dim]{rest}[/]", soft_wrap=True)
        self._show("compiling", None)
        self._progress.start()

    def resumed(self, epoch: int, step: int) -> None:
        """Say where it goes on."""
        self._console.print(resumed(epoch, step), soft_wrap=True)

    def epoch_started(self, epoch: int, steps: int) -> None:
        """Begin a bar."""
        self._show(f"epoch {epoch}/{self._epochs}", steps)
        self._started = time.perf_counter()

    def stepped(self, done: int, images: int, results: Mapping[str, float]) -> None:
        """Move the bar on."""
        assert self._task is not None
        pace = f"{images / (time.perf_counter() - self._started):,.0f} images/s"
        self._progress.update(self._task, completed=done, speed=pace, results=measures(results))

    def epoch_ended(self, record: EpochRecord) -> None:
        """Leave the epoch's figures above the bar."""
        self._console.print(
            f"[bold]epoch {record['epoch']}/{self._epochs}[/]  [dim]{speed(record)}[/]  {measures(record)}",
            soft_wrap=True,
        )

    def evaluating(self, images: int) -> None:
        """Say that the test split is under way."""
        self._show(f"testing on {images:,} images", None)

    def closed(self) -> None:
        """Take the bar away."""
        self._progress.stop()

    def _show(self, description: str, total: int | None) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(description, total=total, speed="", results="")
