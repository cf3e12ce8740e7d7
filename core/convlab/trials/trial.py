"""One experiment to train, and what became of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.experiment import Experiment


@dataclass(frozen=True, kw_only=True)
class Trial:
    """An experiment to train, to resume or only to evaluate.

    Attributes:
        experiment: what to train.
        folder: the run's folder if it has been trained before.
        is_finished: whether that run has finished.
        evaluates: whether to predict the test set.
    """

    experiment: Experiment
    folder: Path | None = None
    is_finished: bool = False
    evaluates: bool = False


@dataclass(frozen=True, kw_only=True)
class TrialResult:
    """The result of a trial.

    Attributes:
        folder: the run's folder; ``None`` if it stopped before it had one.
        summary: the contents of ``summary.json``; empty if the trial failed.
        correct: bool ``(images,)``, whether each test image was predicted correctly, if evaluated.
        failure: why the trial failed, or empty.
        interrupted: whether it was stopped by a signal, so that it can be resumed.
        warnings: what was logged.
    """

    folder: Path | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    correct: npt.NDArray[np.bool_] | None = None
    failure: str = ""
    interrupted: bool = False
    warnings: tuple[str, ...] = ()
