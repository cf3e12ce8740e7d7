"""How far a run has come, and what it found in the end."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

EpochRecord = dict[str, Any]
StopReason = Literal["epochs", "max_steps", "patience", "max_seconds"]


_Count = Annotated[int, Field(ge=0)]
_FromOne = Annotated[int, Field(ge=1)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Checked(BaseModel):
    """A part of a checkpoint, strict about types."""

    model_config = ConfigDict(strict=True)


class SavedBest(_Checked):
    """The file with the weights of the best epoch.

    Attributes:
        epoch: counted from 1.
        sha256: the checksum that the file states.
    """

    epoch: _FromOne
    sha256: str


class Resumption(_Checked):
    """A resume of a run.

    Attributes:
        epoch: the epoch it started in.
        step: the steps of that epoch that were done.
        changed: the settings that changed.
    """

    epoch: _FromOne
    step: _Count
    changed: dict[str, Any]


class Progress(_Checked):
    """How far a run has come, across all the processes that trained it.

    Attributes:
        epoch: the current epoch, from 1.
        step: steps of it that are done.
        seconds: the time those steps took.
        records: one per completed epoch.
        learning_rate: the rate of the steps so far, or the peak of its schedule.
        timing: seconds per phase of the run so far.
        data: digest of the training labels and the scaling, which detects that they changed.
        images: digest of the images of each split; ``None`` if version 0.1 wrote the checkpoint.
        resumed: one entry per resume.
        experiment: the experiment, as JSON values; ``None`` if version 0.1 wrote the checkpoint.
        best: the best epoch among the records, if one is; ``None`` if version 0.1 wrote the checkpoint.
    """

    epoch: _FromOne = 1
    step: _Count = 0
    seconds: _Finite = 0.0
    records: list[dict[str, int | float]] = []
    learning_rate: _Finite = 0.0
    timing: dict[str, _Finite] = {}
    data: str = ""
    images: dict[str, str] | None = None
    resumed: list[Resumption] = []
    experiment: dict[str, Any] | None = None
    best: SavedBest | None = None

    @model_validator(mode="after")
    def _check_records(self) -> Self:
        if [record.get("epoch") for record in self.records] != list(range(1, len(self.records) + 1)):
            raise ValueError("the epochs are not recorded in order")
        if self.epoch != len(self.records) + 1:
            raise ValueError(f"{len(self.records)} epochs are recorded before epoch {self.epoch}")
        return self

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
        test: ``loss`` and each metric on the test set; empty if it was not evaluated.
        stop_reason: what ended training: ``epochs``, ``max_steps``, ``patience`` or ``max_seconds``.
        selected_epoch: the epoch whose weights the model has.
        timing: seconds per phase, including preparation.
    """

    epochs: list[EpochRecord]
    test: dict[str, float]
    stop_reason: StopReason
    selected_epoch: int
    timing: dict[str, float]
