"""One experiment to train, and what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.experiment import Experiment
from convlab.training.callbacks.callback import Callback


@dataclass(frozen=True, kw_only=True)
class Trial:
    """An experiment to train, to resume or only to evaluate.

    Attributes:
        experiment: what to train.
        folder: the run's folder if it has been trained before; a finished run is not trained again, and one
            without a checkpoint is started again.
        evaluates: whether to evaluate the test set.
        callbacks: creates the callbacks of the run, in the worker process; must be picklable.
    """

    experiment: Experiment
    folder: Path | None = None
    evaluates: bool = False
    callbacks: Callable[[], Sequence[Callback]] = tuple


@dataclass(frozen=True, kw_only=True)
class TrialResult:
    """The result of a trial.

    Attributes:
        folder: the run's folder; ``None`` if it stopped before it had one.
        summary: the contents of ``summary.json``; empty if the trial failed.
        reused: whether the run had finished before.
        test: the loss and the metrics on the test set, if evaluated.
        correct: bool ``(images,)``, whether each test image was predicted correctly, if evaluated.
        failure: why the trial failed, or empty.
        interrupted: whether it was stopped by a signal, so that it can be resumed.
        crashed: whether its process ended, so that it can be repeated.
        pruned: whether a callback stopped it, since its results do not compare with others'.
        warnings: what was logged.
    """

    folder: Path | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    reused: bool = False
    test: dict[str, float] = field(default_factory=dict)
    correct: npt.NDArray[np.bool_] | None = None
    failure: str = ""
    interrupted: bool = False
    crashed: bool = False
    pruned: bool = False
    warnings: tuple[str, ...] = ()


class TrialPruned(KeyboardInterrupt):
    """Stops a run whose results do not compare with those of others; raised by an essential callback."""
