"""What a run found."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.experiment import Experiment
from convlab.runs.folder import finite

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run.

    Attributes:
        folder: where it is kept.
        experiment: with every default filled in; runs again as it is.
        started: when it began, in UTC, as ISO 8601 writes it.
        parameters: how many weights the architecture has.
        epochs: a record an epoch: ``epoch``, ``seconds``, ``images_per_second``, ``loss``, each metric,
            and the same of the validation images with ``val_`` before the name.
        stop_reason: what ended the training: the ``epochs``, ``max_steps``, ``patience`` or ``max_seconds``.
        selected_epoch: the epoch after which the weights were those that are kept.
        test: ``loss`` and each metric on the test split.
        timing: seconds of ``import``, ``data``, ``build``, ``compile``, ``train``, ``evaluate`` and
            ``other`` (plugins, files); they add up to the call's.
        resumed: an entry each time that the run was gone on with: the ``epoch`` and ``step`` it was at, and
            the settings that were ``changed``, if any.
        model: the trained model, from uint8 images ``(n, height, width, channels)`` to logits
            ``(n, num_classes)``.
    """

    folder: Path
    experiment: Experiment
    started: str
    parameters: int
    epochs: list[dict[str, Any]]
    stop_reason: str
    selected_epoch: int
    test: dict[str, float]
    timing: dict[str, float]
    resumed: list[dict[str, Any]]
    model: "keras.Model"

    def summary(self) -> dict[str, Any]:
        """Return what ``--json`` prints and ``summary.json`` holds."""
        summary: dict[str, Any] = finite(
            {
                "run": str(self.folder),
                "experiment": self.experiment.model_dump(mode="json", exclude_none=True),
                "started": self.started,
                "parameters": self.parameters,
                "epochs": self.epochs,
                "stop_reason": self.stop_reason,
                "selected_epoch": self.selected_epoch,
                "test": self.test,
                "timing": self.timing,
                "resumed": self.resumed,
            }
        )
        return summary
