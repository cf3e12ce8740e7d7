"""``convlab sweep`` as a function."""

import functools
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from convlab.comparison.arm import common_metric, sealed
from convlab.comparison.comparing import OnResult, compare, validation_score
from convlab.comparison.result import Comparison
from convlab.errors import ConfigError, ConvlabError
from convlab.experiment import Experiment, ResolvedExperiment, resolve
from convlab.host import PluginHost
from convlab.system.atomic_write import write_text
from convlab.trials.pool import TrialPool, result_of
from convlab.trials.trial import Trial, TrialResult
from convlab.tuning.reporting import reporters
from convlab.tuning.space import read_space, with_values
from convlab.tuning.study import FOLDER, HEARTBEAT_SECONDS, MESSAGE, Study

_JOURNAL, _BEST = "trials.journal", "best.toml"


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
        return self.folder / _BEST

    def ranked(self) -> list[SweepTrial]:
        """Return the complete trials, the best first."""
        sign = -1 if self.larger_is_better else 1
        scored = [(sign * trial.score, trial) for trial in self.trials if trial.score is not None]
        return [trial for _, trial in sorted(scored, key=lambda pair: pair[0])]

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


OnTrial = Callable[[SweepTrial, SweepTrial | None, int], None]
"""Called with a trial that has ended, the best trial so far, and how many have ended."""


def sweep(
    experiment: Experiment | None = None,
    *,
    space: Sequence[str],
    trials: int | None = 20,
    max_seconds: float | None = None,
    metric: str | None = None,
    sampler: str = "tpe",
    pruner: str = "median",
    name: str | None = None,
    storage: str | None = None,
    confirm: int = 3,
    jobs: int = 1,
    plugin_files: Sequence[str | Path] = (),
    third_party: bool | None = None,
    data_dir: str | Path | None = None,
    sweeps_dir: str | Path = "sweeps",
    on_trial: OnTrial | None = None,
    on_confirmed: OnResult | None = None,
) -> Sweep:
    """Search the settings of an experiment, and confirm the best ones.

    Trials are trained with the experiment's seed and ranked on the validation set alone. The best settings
    are then trained with other seeds, next to the original ones, and compared once on the test set.

    All trials are stored as they end. A call with the same name continues where the last one was stopped, and
    repeats the trials of processes that died. Calls on several machines share a sweep by its ``storage``.

    Args:
        experiment: where to start from; by default a CNN on scikit-learn's digits.
        space: the settings to search, such as ``["train.learning_rate=log(1e-4, 1e-1)"]``, or ``["auto"]``
            for the learning rate and the options that declare a ``Search`` range.
        trials: how many trials the sweep has in all; ``None`` for no limit.
        max_seconds: start no trial after this many seconds.
        metric: the metric that ranks trials; by default the first of the experiment.
        sampler: ``tpe``, ``random``, ``qmc`` or ``grid``, of Optuna.
        pruner: ``median``, ``hyperband``, ``successive-halving`` or ``none``, of Optuna; stops trials early
            that do worse than others.
        name: of the sweep; by default that of the experiment's parts.
        storage: Optuna's URL of a database, to share the sweep; by default a file in the sweep's folder.
        confirm: with how many other seeds to train the best settings; 0 leaves the test set untouched.
        jobs: how many trials to train in parallel.
        plugin_files: plugin files to load.
        third_party: whether to load installed plugins; by default, unless ``CONVLAB_NO_PLUGINS=1``.
        data_dir: a folder to search for data files first.
        sweeps_dir: the folder in which the sweep's folder is created.
        on_trial: called after each trial.
        on_confirmed: called after each run of the confirmation.

    Raises:
        ConfigError: an argument is invalid.
        ConvlabError: the storage cannot be used, or no trial was successful.

    Example::

        from convlab import Experiment, sweep

        result = sweep(
            Experiment(architecture="mlp", train={"epochs": 2}),
            space=["train.learning_rate=log(1e-4, 1e-1)"],
            trials=3,
            confirm=0,
        )
        print(result.best.values, result.best.score)
    """
    _check(trials, max_seconds, confirm, jobs)
    host = PluginHost(plugin_files=plugin_files, third_party=third_party)
    resolved = resolve(experiment or Experiment(), host)
    base = resolved.experiment
    if not base.data.validation:
        raise ConfigError("`data.validation` is 0, but trials are ranked on the validation set; set it")
    score_name, larger_is_better = common_metric({"the experiment": resolved}, metric)
    parameters = read_space(space, resolved)
    name = name or "-".join(
        part.rpartition(":")[2] for part in (base.dataset, base.architecture, base.optimizer)
    )
    folder = Path(sweeps_dir) / name
    study = _open_study(
        folder,
        name=name,
        storage=storage,
        direction="maximize" if larger_is_better else "minimize",
        space=parameters,
        sampler=sampler,
        pruner=pruner,
        seed=base.train.seed,
        described={
            "experiment": base.to_toml(),
            "space": ", ".join(map(str, parameters)),
            "metric": score_name,
        },
    )
    search = _Search(study, resolved, host, f"val_{score_name}", pruner, on_trial)
    places: dict[str, Any] = {
        "plugin_files": plugin_files,
        "third_party": third_party,
        "data_dir": data_dir,
        "runs_dir": folder / "runs",
    }
    with TrialPool(jobs, **places) as pool:
        search.run(pool, jobs, trials, max_seconds)
    best = study.best()
    if best is None:
        messages = [trial.user_attrs[MESSAGE] for trial in study.trials if MESSAGE in trial.user_attrs]
        reason = f"; the first failed: {messages[0]}" if messages else ""
        raise ConvlabError(f"no trial of the sweep {name!r} was successful{reason}")
    tuned = search.experiment(best)
    write_text(folder / _BEST, tuned.to_toml())
    confirmation = None
    if confirm and resolve(tuned, host).experiment != base:
        confirmation = compare(
            {"tuned": tuned, "original": base},
            seeds=confirm,
            first_seed=base.train.seed + 1,
            split="test",
            metric=score_name,
            jobs=jobs,
            on_result=on_confirmed,
            **places,
        )
    return Sweep(
        name=name,
        folder=folder,
        metric=score_name,
        larger_is_better=larger_is_better,
        space=tuple(map(str, parameters)),
        trials=tuple(map(search.described, study.trials)),
        best=search.described(best),
        experiment=tuned,
        importances=study.importances(),
        confirmation=confirmation,
    )


class _Search:
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


def _open_study(folder: Path, *, storage: str | None, **arguments: Any) -> Study:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConvlabError(
            f"cannot write to {str(folder)!r} ({error.strerror or error}); choose another `sweeps_dir`"
        ) from None
    return Study(storage=storage or folder / _JOURNAL, **arguments)


def _check(trials: int | None, max_seconds: float | None, confirm: int, jobs: int) -> None:
    if trials is not None and trials < 1:
        raise ConfigError(f"`trials`: expected at least 1, got {trials}")
    if trials is None and max_seconds is None:
        raise ConfigError("`trials`: set a number of trials, or `max_seconds`")
    if confirm < 0 or confirm == 1:
        raise ConfigError(f"`confirm`: expected 0, or at least 2 seeds, got {confirm}")
    if jobs < 1:
        raise ConfigError(f"`jobs`: expected at least 1, got {jobs}")
