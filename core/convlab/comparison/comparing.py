"""``convlab compare`` as a function."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from convlab.comparison.arm import common_metric, resolve_arms
from convlab.comparison.conclusion import Question, check_images, conclude
from convlab.comparison.earlier_runs import EarlierRuns
from convlab.comparison.result import Comparison, Split
from convlab.comparison.statistics import Method, looks
from convlab.comparison.training_arms import OnResult, train_arms, trials_of
from convlab.errors import ConfigError
from convlab.experiment import Experiment
from convlab.host import PluginHost
from convlab.text.suggestions import did_you_mean
from convlab.trials.pool import TrialPool
from convlab.trials.trial import TrialResult

_SPLITS: tuple[Split, ...] = ("validation", "test")


def compare(
    arms: Mapping[str, Experiment],
    *,
    seeds: int = 5,
    first_seed: int = 0,
    until_decided: int | None = None,
    split: Split = "validation",
    metric: str | None = None,
    error_rate: float = 0.05,
    margin: float = 0.005,
    interval: Method = "t",
    jobs: int = 1,
    plugin_files: Sequence[str | Path] = (),
    third_party: bool | None = None,
    data_dir: str | Path | None = None,
    runs_dir: str | Path = "runs",
    on_result: OnResult | None = None,
) -> Comparison:
    """Train each experiment with the same seeds, and say which is better and how sure that is.

    A seed determines the validation split, the order of the images and the initial weights, so that the runs
    of one seed are paired. Finished runs of the same experiment are used again, and interrupted ones are
    resumed, so that a comparison that was stopped can be called again.

    Args:
        arms: the experiments, by the names to show; they must have the same data. Their own seed is ignored.
        seeds: how many seeds, at least 2.
        first_seed: the first of them; the others follow.
        until_decided: add seeds until every pair is decided, but at most this many.
        split: compare on the validation set, to choose between arms, or on the test set, to report a choice
            that has been made.
        metric: the metric to compare; by default the first metric of the first arm.
        error_rate: the probability of calling any of equal arms better, for all pairs and looks together.
        margin: the largest difference that does not matter, such as 0.005, half a point of accuracy.
        interval: ``t``, or ``bca`` for a bootstrap with more than about 20 seeds.
        jobs: how many runs to train in parallel.
        plugin_files: plugin files to load.
        third_party: whether to load installed plugins; by default, unless ``CONVLAB_NO_PLUGINS=1``.
        data_dir: a folder to search for data files first.
        runs_dir: the folder in which the runs are saved.
        on_result: called after each run.

    Raises:
        ConfigError: an argument is invalid, or the arms cannot be compared.
        ConvlabError: a run failed.

    Example::

        from convlab import Experiment, compare

        result = compare({"mlp": Experiment(architecture="mlp"), "cnn": Experiment()}, seeds=3)
        print(result.pairs[0].verdict)
    """
    _check(seeds, until_decided, split, error_rate, margin, interval, jobs)
    host = PluginHost(plugin_files=plugin_files, third_party=third_party)
    resolved = resolve_arms(arms, host)
    name, larger_is_better = common_metric(resolved, metric)
    if split == "validation" and not next(iter(resolved.values())).experiment.data.validation:
        raise ConfigError(
            "`data.validation` is 0, so there is no validation set; compare on the test `split`"
        )
    for label, arm in resolved.items():
        if split == "test" and not arm.experiment.train.test:
            raise ConfigError(
                f"`train.test` is false in {label!r}; set it to true to compare on the test set"
            )
    question = Question(
        metric=name,
        larger_is_better=larger_is_better,
        split=split,
        error_rate=error_rate,
        margin=margin,
        method=interval,
    )
    plan = ((seeds, error_rate),) if until_decided is None else looks(seeds, until_decided, error_rate)
    results: dict[str, list[TrialResult]] = {label: [] for label in resolved}
    with TrialPool(
        jobs, runs_dir=runs_dir, plugin_files=plugin_files, third_party=third_party, data_dir=data_dir
    ) as pool:
        for count, rate in plan:
            earlier = EarlierRuns(runs_dir)
            done = len(next(iter(results.values())))
            new = range(first_seed + done, first_seed + count)
            queue = list(trials_of(resolved, new, split, earlier))
            for label, result in train_arms(pool, queue, on_result):
                results[label].append(result)
            check_images(results)
            comparison = conclude(resolved, results, question, rate)
            if comparison.is_decided:
                break
    return comparison


def _check(
    seeds: int,
    until_decided: int | None,
    split: str,
    error_rate: float,
    margin: float,
    interval: str,
    jobs: int,
) -> None:
    if seeds < 2:
        raise ConfigError(f"`seeds`: expected at least 2, got {seeds}; one seed does not show the noise")
    if until_decided is not None and until_decided < seeds:
        raise ConfigError(f"`until_decided`: expected at least `seeds`, {seeds}, got {until_decided}")
    if split not in _SPLITS:
        raise ConfigError(f"unknown `split` {split!r}; {did_you_mean(split, _SPLITS)}")
    if interval not in ("t", "bca"):
        raise ConfigError(f"unknown `interval` {interval!r}; {did_you_mean(interval, ('t', 'bca'))}")
    if not 0 < error_rate < 0.5:
        raise ConfigError(f"`error_rate`: expected a number between 0 and 0.5, got {error_rate:g}")
    if not margin >= 0:
        raise ConfigError(f"`margin`: expected 0 or more, got {margin:g}")
    if jobs < 1:
        raise ConfigError(f"`jobs`: expected at least 1, got {jobs}")
