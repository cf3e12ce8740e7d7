"""What a training session finds."""

from dataclasses import dataclass

from convlab.training.ending import StopReason
from convlab.training.progress import EpochRecord


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a session found.

    Attributes:
        epochs: a record an epoch: ``epoch``, ``seconds``, ``images_per_second``, ``loss``, each metric,
            and ``val_loss`` and ``val_`` with each metric where images were held out.
        test: ``loss`` and each metric on the test split.
        stop_reason: what ended the training: the ``epochs``, ``max_steps``, ``patience`` or ``max_seconds``.
        selected_epoch: the epoch after which the weights were as they are now.
        timing: seconds of all parts, those of the preparation included.
    """

    epochs: list[EpochRecord]
    test: dict[str, float]
    stop_reason: StopReason
    selected_epoch: int
    timing: dict[str, float]
