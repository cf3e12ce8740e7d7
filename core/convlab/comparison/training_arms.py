"""The runs of a comparison's arms: one per arm and seed, in worker processes."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from convlab.comparison.arm import sealed, with_seed
from convlab.comparison.earlier_runs import EarlierRuns
from convlab.comparison.result import Split
from convlab.errors import ConvlabError
from convlab.experiment import ResolvedExperiment
from convlab.trials.pool import TrialPool
from convlab.trials.trial import Trial, TrialResult

logger = logging.getLogger("convlab")

OnResult = Callable[[str, Trial, TrialResult, int, int], None]
"""Called with the arm, the trial, its result, the number of results so far, and how many there will be."""


def trials_of(
    arms: Mapping[str, ResolvedExperiment], seeds: Iterable[int], split: Split, earlier: EarlierRuns
) -> Iterator[tuple[str, Trial]]:
    """Yield the trials of seeds, seed by seed, so that a busy machine slows all arms alike."""
    for seed in seeds:
        for label, arm in arms.items():
            experiment = sealed(with_seed(arm.experiment, seed))
            folder = earlier.find(experiment, arm)
            yield (
                label,
                Trial(experiment=experiment, folder=folder, evaluates=split == "test"),
            )


def train_arms(
    pool: TrialPool, queue: Sequence[tuple[str, Trial]], on_result: OnResult | None
) -> list[tuple[str, TrialResult]]:
    """Train the trials, and return the results in the order of the queue.

    Raises:
        ConvlabError: a run failed.
        KeyboardInterrupt: a run was stopped.
    """
    found: dict[int, TrialResult] = {}
    for index, result in pool.perform(trial for _, trial in queue):
        label, trial = queue[index]
        seed = trial.experiment.train.seed
        if result.interrupted:
            raise KeyboardInterrupt
        if result.failure:
            raise ConvlabError(f"{label!r} failed with seed {seed}: {result.failure}")
        for message in result.warnings:
            logger.warning("%s (%s, seed %d)", message, label, seed)
        found[index] = result
        if on_result is not None:
            on_result(label, trial, result, len(found), len(queue))
    return [(label, found[index]) for index, (label, _) in enumerate(queue)]
