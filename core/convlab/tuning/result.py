"""The result of a sweep."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from convlab.comparison.result import Comparison
from convlab.experiment import Experiment

BEST = "best.toml"


@dataclass(frozen=True, kw_only=True)
class SweepTrial:
    """One trial of a sweep.

    Attributes:
        number: of the trial in the storage.
        state: ``complete``, ``pruned``, ``failed`` or ``running``.
        values: the searched settings, by key.
        score: of the selected epoch; ``None`` unless complete.
        run: the run's folder, if it had started.
        message: why it failed.
    """

    number: int
    state: Literal["complete", "pruned", "failed", "running"]
    values: Mapping[str, Any]
    score: float | None
    run: str | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """The result of ``sweep``.

    Attributes:
        name: the sweep's name.
        folder: contains its runs.
        metric: the metric that ranks trials, on the validation set.
        larger_is_better: whether larger values of the metric are better.
        space: the searched settings and their ranges, as ``--space`` takes them.
        trials: all trials, including those of other processes that share the sweep.
        best: the best trial.
        experiment: with the settings of the best trial.
        importances: how much of the score's variance each setting explains.
        confirmation: the best settings against the original ones, with other seeds, on the test set.
    """

    name: str
    folder: Path
    metric: str
    larger_is_better: bool
    space: tuple[str, ...]
    trials: tuple[SweepTrial, ...]
    best: SweepTrial
    experiment: Experiment
    importances: Mapping[str, float]
    confirmation: Comparison | None

    @property
    def experiment_file(self) -> Path:
        """The TOML file of the best trial's experiment."""
        return self.folder / BEST

    def ranked(self) -> list[SweepTrial]:
        """Return the complete trials, the best first."""
        sign = -1 if self.larger_is_better else 1
        scored = [(sign * trial.score, trial) for trial in self.trials if trial.score is not None]
        return [trial for _, trial in sorted(scored, key=lambda pair: pair[0])]

    def save(self, to: str | Path) -> Path:
        """Write the sweep as a page, a table or a figure, by the suffix of the file.

        Args:
            to: a file that ends in ``.html``, ``.csv``, ``.md``, ``.tex``, ``.png``, ``.svg`` or ``.pdf``.

        Returns:
            The file's path.

        Raises:
            ConfigError: the file has another suffix, or it is a page that convlab did not write.
            ConvlabError: the file cannot be written.
        """
        from convlab.tuning.views import write_sweep

        return write_sweep(self, to)

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab sweep --json`` prints."""
        return {
            "name": self.name,
            "folder": str(self.folder),
            "metric": self.metric,
            "space": list(self.space),
            "trials": [vars(trial) | {"values": dict(trial.values)} for trial in self.trials],
            "best": self.best.number,
            "experiment": self.experiment.model_dump(mode="json", exclude_none=True),
            "importances": dict(self.importances),
            "confirmation": None if self.confirmation is None else self.confirmation.summary(),
        }
