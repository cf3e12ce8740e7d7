"""The trials of one process, from the first to the last."""

import functools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convlab.comparison.arm import sealed
from convlab.comparison.conclusion import validation_score
from convlab.experiment import Experiment, ResolvedExperiment, resolve
from convlab.host import PluginHost
from convlab.trials.pool import TrialPool, result_of
from convlab.trials.trial import Trial, TrialResult
from convlab.tuning.reporting import reporters
from convlab.tuning.result import SweepTrial
from convlab.tuning.space import with_values
from convlab.tuning.study import FOLDER, HEARTBEAT_SECONDS, MESSAGE, Study

OnTrial = Callable[[SweepTrial, SweepTrial | None, int], None]
"""Called with a trial that has ended, the best trial so far, and how many have ended."""


class TrialSearch:
    """The trials of this process.

    Args:
        study: the storage.
        resolved: the experiment to start from.
        host: its parts.
        score: the key of an epoch's record that is searched.
        pruner: the name of the pruner.
        on_trial: called after each trial.
    """

    def __init__(
        self,
        study: Study,
        resolved: ResolvedExperiment,
        host: PluginHost,
        score: str,
        pruner: str,
        on_trial: OnTrial | None,
    ) -> None:
        self._study = study
        self._base = resolved.experiment
        self._host = host
        self._score = score
        self._pruner = pruner
        self._on_trial = on_trial

    def run(self, pool: TrialPool, jobs: int, limit: int | None, max_seconds: float | None) -> None:
        """Train trials until there are ``limit``, or the time is up.

        Raises:
            KeyboardInterrupt: a trial was stopped by a signal; the sweep can be continued.
        """
        deadline = None if max_seconds is None else time.monotonic() + max_seconds
        self._study.take_over()
        running: dict[Future[TrialResult], Any] = {}
        with self._heartbeat(running):
            while True:
                while len(running) < jobs and (deadline is None or time.monotonic() < deadline):
                    asked = self._study.ask(limit)
                    if asked is None:
                        break
                    trial, values = asked
                    running[pool.submit(self._trial(trial, values))] = trial
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._end(running.pop(future), result_of(future))

    def experiment(self, trial: Any) -> Experiment:
        """Return the experiment with the settings of a trial."""
        return with_values(self._base, {each.key: each.value(trial.params) for each in self._study.space})

    def described(self, trial: Any) -> SweepTrial:
        """Return a trial as users see it."""
        states: dict[str, Any] = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
        return SweepTrial(
            number=trial.number,
            state=states.get(trial.state.name, "running"),
            values={
                each.key: each.value(trial.params) for each in self._study.space if each.key in trial.params
            },
            score=trial.value if trial.state.name == "COMPLETE" else None,
            run=trial.user_attrs.get(FOLDER),
            message=str(trial.user_attrs.get(MESSAGE, "")),
        )

    def _trial(self, trial: Any, values: Mapping[str, Any]) -> Trial:
        folder = trial.user_attrs.get(FOLDER)
        return Trial(
            experiment=sealed(resolve(with_values(self._base, values), self._host).experiment),
            folder=None if folder is None else Path(folder),
            callbacks=functools.partial(
                reporters,
                self._study.storage,
                self._study.name,
                trial._trial_id,
                self._pruner,
                self._score,
                all(each.key.partition(".")[0] not in ("data", "dataset") for each in self._study.space),
            ),
        )

    def _end(self, trial: Any, result: TrialResult) -> None:
        if result.interrupted:
            raise KeyboardInterrupt
        if result.crashed and self._study.retry(trial):
            return
        self._study.tell(trial, self._value(result), pruned=result.pruned, message=result.failure)
        if self._on_trial is not None:
            ended = {each.number: each for each in self._study.trials if each.state.is_finished()}
            best = self._study.best()
            described = None if best is None else self.described(best)
            self._on_trial(self.described(ended[trial.number]), described, len(ended))

    def _value(self, result: TrialResult) -> float | None:
        if not result.summary:
            return None
        return validation_score(result.summary, self._score)

    @contextmanager
    def _heartbeat(self, running: Mapping[Any, Any]) -> Iterator[None]:
        """Renew the trials of this process in the block, for processes on other machines."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(HEARTBEAT_SECONDS):
                for trial in tuple(running.values()):
                    self._study.renew(trial)

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
