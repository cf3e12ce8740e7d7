"""What a training session tells while it goes on."""

from collections.abc import Mapping

from convlab.training.preparation import Prepared
from convlab.training.progress import EpochRecord


class Reporter:
    """Is told what happens in a session; shows nothing, as the base of those that do."""

    def started(self, prepared: Prepared) -> None:
        """Training is about to begin."""

    def resumed(self, epoch: int, step: int) -> None:
        """Training goes on in that epoch, after so many of its steps."""

    def epoch_started(self, epoch: int, steps: int) -> None:
        """An epoch of that many steps begins; epochs count from 1."""

    def stepped(self, done: int, images: int, results: Mapping[str, float]) -> None:
        """So many steps and images of the epoch are done, with the loss and metrics so far."""

    def epoch_ended(self, record: EpochRecord) -> None:
        """An epoch has ended and was validated."""

    def evaluating(self, images: int) -> None:
        """The test split is about to be evaluated."""

    def closed(self) -> None:
        """Nothing more will come, whether the session ended well or not."""
