"""Worker processes that train trials.

A worker imports TensorFlow once, which takes longer than a small run. It is replaced after a number of
trials, since each leaves some memory behind, and after a crash, which costs only the trial that it trained.
"""

import logging
import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from convlab.trials import worker
from convlab.trials.trial import Trial, TrialResult

_TRIALS_PER_WORKER = 20

logger = logging.getLogger("convlab.progress")


class TrialPool:
    """Worker processes; a context manager that stops them.

    Args:
        jobs: how many trials to train in parallel.
        runs_dir: the folder in which the runs are saved.
        plugin_files: plugin files to load.
        third_party: whether to load installed plugins; by default, unless ``CONVLAB_NO_PLUGINS=1``.
        data_dir: a folder to search for data files first.
    """

    def __init__(
        self,
        jobs: int,
        *,
        runs_dir: str | Path = "runs",
        plugin_files: Sequence[str | Path] = (),
        third_party: bool | None = None,
        data_dir: str | Path | None = None,
    ) -> None:
        from pebble import ProcessPool

        self._jobs, self._is_starting = jobs, True
        # TensorFlow's threads do not survive a fork.
        self._pool: Any = ProcessPool(
            max_workers=jobs,
            max_tasks=_TRIALS_PER_WORKER,
            initializer=worker.start,
            initargs=(list(plugin_files), third_party, data_dir, runs_dir),
            context=multiprocessing.get_context("spawn"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.close()
        if kind is not None:
            self._pool.stop()
        self._pool.join()

    def perform(self, trials: Iterable[Trial]) -> Iterator[tuple[int, TrialResult]]:
        """Train trials in parallel, and yield the index and result of each as it ends."""
        futures = {self.submit(trial): index for index, trial in enumerate(trials)}
        for future in as_completed(futures):
            yield futures[future], result_of(future)

    def submit(self, trial: Trial) -> Future[TrialResult]:
        """Train a trial as soon as a worker is free; ``result_of`` returns its result."""
        if self._is_starting:
            self._is_starting = False
            logger.info(
                "starting %s", f"{self._jobs} worker processes" if self._jobs > 1 else "a worker process"
            )
        submitted: Future[TrialResult] = self._pool.submit(worker.perform, None, trial)
        return submitted


def result_of(future: Future[TrialResult]) -> TrialResult:
    """Return the result of a trial, also if its process ended unexpectedly."""
    from pebble import ProcessExpired

    try:
        return future.result()
    except ProcessExpired as error:
        return TrialResult(
            failure=f"its process ended unexpectedly (exit code {error.exitcode})", crashed=True
        )
