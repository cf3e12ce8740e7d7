"""Progress as plain lines, for logs and pipes."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from convlab.text.visible import visible
from convlab.training.callbacks.callback import Callback
from convlab.training.callbacks.summary_lines import describe, metrics_line, resuming, speed
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.training.preparation import Prepared


class ProgressLines(Callback):
    """Prints one line per epoch.

    Args:
        prepared: the experiment.
        console: where to print.
    """

    def __init__(self, prepared: Prepared, console: Console) -> None:
        self._prepared = prepared
        self._console = console

    def on_compile_begin(self) -> None:
        """Print what is trained."""
        for line in describe(self._prepared):
            self._print(line)

    def on_train_begin(self, run: TrainingInfo) -> None:
        """Print where the run resumes."""
        if run.resumed:
            self._print(resuming(run.epoch, run.step))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Print the epoch's results."""
        self._print(f"epoch {epoch}/{self._prepared.plan.epochs}  {speed(logs)}  {metrics_line(logs)}")

    def _print(self, line: str) -> None:
        self._console.print(visible(line), markup=False, soft_wrap=True)
