"""How far a run has come."""

from dataclasses import asdict, dataclass, field
from typing import Any

EpochRecord = dict[str, Any]


@dataclass(kw_only=True)
class Progress:
    """How far a run has come, over all the processes that it took.

    Attributes:
        epoch: the epoch under way, counted from 1.
        step: how many of its steps are done.
        seconds: the time they took.
        records: of the epochs before it.
        learning_rate: the rate of the steps so far, or the peak of its schedule.
        timing: seconds of each part of the run so far.
        data: the digest of what is trained on, by which other data are noticed.
        resumed: each time that the run was gone on with: the epoch and step, and the settings that changed.
    """

    epoch: int = 1
    step: int = 0
    seconds: float = 0.0
    records: list[EpochRecord] = field(default_factory=list)
    learning_rate: float = 0.0
    timing: dict[str, float] = field(default_factory=dict)
    data: str = ""
    resumed: list[dict[str, Any]] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @property
    def trained_seconds(self) -> float:
        """Seconds of training, without compiling and validation."""
        return float(sum(record["seconds"] for record in self.records) + self.seconds)
