"""``convlab sweep`` as a function."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convlab.comparison.arm import common_metric
from convlab.comparison.comparing import compare
from convlab.comparison.training_arms import OnResult
from convlab.errors import ConfigError, ConvlabError
from convlab.experiment import Experiment, resolve
from convlab.host import PluginHost
from convlab.runs.folder import check_name
from convlab.system.atomic_write import write_text
from convlab.trials.pool import TrialPool
from convlab.tuning.result import BEST, Sweep
from convlab.tuning.searching import OnTrial, TrialSearch
from convlab.tuning.space import read_space
from convlab.tuning.study import MESSAGE, Study

_JOURNAL = "trials.journal"


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
    if name is None:
        name = "-".join(part.rpartition(":")[2] for part in (base.dataset, base.architecture, base.optimizer))
    check_name(name)
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
    search = TrialSearch(study, resolved, host, f"val_{score_name}", pruner, on_trial)
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
    write_text(folder / BEST, tuned.to_toml())
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
