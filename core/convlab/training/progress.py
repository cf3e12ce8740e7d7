"""How far a run has come, and what it found in the end."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

EpochRecord = dict[str, Any]
StopReason = Literal["epochs", "max_steps", "patience", "max_seconds"]


@dataclass(kw_only=True)
class Progress:
    """How far a run has come, across all the processes that trained it.

    Attributes:
        epoch: the current epoch, from 1.
        step: steps of it that are done.
        seconds: the time those steps took.
        records: one per completed epoch.
        learning_rate: the rate of the steps so far, or the peak of its schedule.
        timing: seconds per phase of the run so far.
        data: digest of the training data, which detects that they changed.
        resumed: one entry per resume: the epoch and step, and the settings that changed.
    """

    epoch: int = 1
    step: int = 0
    seconds: float = 0.0
    records: list[EpochRecord] = field(default_factory=list)
    learning_rate: float = 0.0
    timing: dict[str, float] = field(default_factory=dict)
    data: str = ""
    resumed: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)

    @property
    def trained_seconds(self) -> float:
        """Seconds of training, without compilation and validation."""
        return float(sum(record["seconds"] for record in self.records) + self.seconds)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What training found.

    Attributes:
        epochs: one record per epoch: ``epoch``, ``seconds``, ``images_per_second``, ``loss``, each metric,
            and ``val_loss`` and ``val_`` metrics if there is a validation set.
        test: ``loss`` and each metric on the test set.
        stop_reason: what ended training: ``epochs``, ``max_steps``, ``patience`` or ``max_seconds``.
        selected_epoch: the epoch whose weights the model has.
        timing: seconds per phase, including preparation.
    """

    epochs: list[EpochRecord]
    test: dict[str, float]
    stop_reason: StopReason
    selected_epoch: int
    timing: dict[str, float]
