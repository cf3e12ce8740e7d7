"""A reporter whose audience may leave."""

from collections.abc import Callable, Mapping
from typing import Any

from convlab.training.preparation import Prepared
from convlab.training.progress import EpochRecord
from convlab.training.reporter import Reporter


class Lasting(Reporter):
    """Passes all on until it can be shown no more, as on a closed terminal or pipe; training goes on.

    Args:
        shown: what shows it.
    """

    def __init__(self, shown: Reporter) -> None:
        self._shown: Reporter | None = shown

    def started(self, prepared: Prepared) -> None:
        """Pass it on."""
        self._pass(lambda shown: shown.started(prepared))

    def resumed(self, epoch: int, step: int) -> None:
        """Pass it on."""
        self._pass(lambda shown: shown.resumed(epoch, step))

    def epoch_started(self, epoch: int, steps: int) -> None:
        """Pass it on."""
        self._pass(lambda shown: shown.epoch_started(epoch, steps))

    def stepped(self, done: int, images: int, results: Mapping[str, float]) -> None:
        """Pass it on."""
        self._pass(lambda shown: shown.stepped(done, images, results))

    def epoch_ended(self, record: EpochRecord) -> None:
        """Pass it on."""
        self._pass(lambda shown: shown.epoch_ended(record))

    def evaluating(self, images: int) -> None:
        """Pass it on."""
        self._pass(lambda shown: shown.evaluating(images))

    def closed(self) -> None:
        """Pass it on."""
        self._pass(lambda shown: shown.closed())

    def _pass(self, tell: Callable[[Reporter], Any]) -> None:
        if self._shown is None:
            return
        try:
            tell(self._shown)
        except (OSError, SystemExit, ValueError):  # rich leaves the process where a pipe is broken
            self._shown = None
