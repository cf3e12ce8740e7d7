"""Plain lines, for logs and pipes."""

from rich.console import Console

from convlab.training.callbacks.wording import describe, measures, resumed, speed
from convlab.training.preparation import Prepared
from convlab.training.progress import EpochRecord
from convlab.training.reporter import Reporter


class Lines(Reporter):
    """Prints a line an epoch."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._epochs = 0

    def started(self, prepared: Prepared) -> None:
        """Say what is trained."""
        self._epochs = prepared.plan.epochs
        for line in describe(prepared):
            self._print(line)

    def resumed(self, epoch: int, step: int) -> None:
        """Say where it goes on."""
        self._print(resumed(epoch, step))

    def epoch_ended(self, record: EpochRecord) -> None:
        """Print the epoch's figures."""
        self._print(f"epoch {record['epoch']}/{self._epochs}  {speed(record)}  {measures(record)}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)
