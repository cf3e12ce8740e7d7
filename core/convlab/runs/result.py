"""The result of a run."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.experiment import Experiment
from convlab.text.strict_json import finite

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run.

    Attributes:
        folder: the run's folder.
        experiment: with every default filled in; can be run again.
        started: when the run started, in UTC, in ISO 8601.
        parameters: the number of weights of the architecture.
        epochs: one record per epoch: ``epoch``, ``seconds``, ``images_per_second``, ``loss``, each metric,
            and ``val_loss`` and ``val_`` metrics if there is a validation set.
        stop_reason: what ended training: ``epochs``, ``max_steps``, ``patience`` or ``max_seconds``.
        selected_epoch: the epoch whose weights were tested and saved.
        test: ``loss`` and each metric on the test set; empty if it was not evaluated.
        timing: seconds of ``import``, ``data``, ``build``, ``compile``, ``train``, ``evaluate`` and ``other``
            (plugins, files); they add up to the duration of the call.
        resumed: one entry per resume: the ``epoch`` and ``step`` it started from, and the settings that
            ``changed``.
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

    def _repr_html_(self) -> str:
        from convlab.drawing.curves import learning_curves
        from convlab.drawing.notebook import fragment

        parts = f"{self.experiment.architecture} on {self.experiment.dataset}"
        rows = [
            (words, *(f"{value:.4f}" for value in results.values()))
            for words, results in (("test", self.test), ("validation", self._validation()))
            if results
        ]
        return fragment(
            title=f"{self.folder.name}: {parts}, {self.parameters:,} parameters",
            headings=("", *(self.test or self._validation())),
            rows=rows,
            figure=learning_curves(self.epochs, selected=self.selected_epoch),
            alt=f"Learning curves over {len(self.epochs)} epochs",
        )

    def _validation(self) -> dict[str, float]:
        """Return the loss and each metric on the validation set, for the saved weights."""
        record = next((each for each in self.epochs if each["epoch"] == self.selected_epoch), {})
        return {name[4:]: value for name, value in record.items() if name.startswith("val_")}

    def summary(self) -> dict[str, Any]:
        """Return what ``--json`` prints and ``summary.json`` contains."""
        summary: dict[str, Any] = finite(
            {
                "run": str(self.folder),
                "experiment": self.experiment.model_dump(mode="json", exclude_none=True),
                "started": self.started,
                "parameters": self.parameters,
                "epochs": self.epochs,
                "stop_reason": self.stop_reason,
                "selected_epoch": self.selected_epoch,
                "test": self.test or None,
                "timing": self.timing,
                "resumed": self.resumed,
            }
        )
        return summary
