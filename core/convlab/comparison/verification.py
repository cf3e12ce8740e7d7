"""``convlab recipes verify`` as a function."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from convlab.comparison.arm import ArmResult, common_metric
from convlab.comparison.conclusion import Question, arm_result
from convlab.comparison.earlier_runs import EarlierRuns
from convlab.comparison.result import Unit, is_fraction
from convlab.comparison.training_arms import OnResult, train_arms, trials_of
from convlab.errors import ConfigError
from convlab.experiment import Experiment, resolve
from convlab.host import PluginHost
from convlab.parts import Claim, Recipe
from convlab.text.formatting import duration
from convlab.trials.pool import TrialPool

Outcome = Literal["holds", "fails", "undecided"]
_LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What the runs of a recipe say about its claim.

    Attributes:
        claim: the claim.
        result: the runs and their scores on the test set, labeled with the recipe's name.
        seeds: their seeds.
        larger_is_better: whether larger scores are better.
    """

    claim: Claim
    result: ArmResult
    seeds: tuple[int, ...]
    larger_is_better: bool = True

    @property
    def outcome(self) -> Outcome:
        """``holds`` if the whole 95% interval of the mean reaches the claim, ``fails`` if none of it does."""
        sign = 1 if self.larger_is_better else -1
        worst, best = sorted(sign * bound for bound in (self.result.estimate.low, self.result.estimate.high))
        if worst >= sign * self.claim.value:
            return "holds"
        return "fails" if best < sign * self.claim.value else "undecided"

    @property
    def seconds(self) -> float:
        """The mean training time of a run; not part of the outcome, since it depends on the machine."""
        return float(self.result.seconds.mean())

    @property
    def verdict(self) -> str:
        """The outcome in words."""
        unit = Unit(self.claim.metric, is_fraction=is_fraction(self.claim.metric, [self.result]))
        mean, claimed = self.result.estimate, unit.score(self.claim.value)
        if len(self.seeds) == 1:
            score = f"test {self.claim.metric} {unit.score(mean.mean)}"
            return f"cannot tell from one seed: {score}, and the claim is {claimed}"
        measured = (
            f"mean test {self.claim.metric} {unit.score(mean.mean)} "
            f"(95% interval {unit.amount(mean.low)} to {unit.amount(mean.high)}, {len(self.seeds)} seeds)"
        )
        return {
            "holds": f"the claim holds: {measured} reaches {claimed}",
            "fails": f"the claim does not hold: {measured} does not reach {claimed}",
            "undecided": f"cannot tell: {measured} may or may not reach {claimed}; use more seeds",
        }[self.outcome]

    @property
    def time(self) -> str:
        """The training time in words."""
        claimed = f"{duration(self.claim.max_seconds)} on {self.claim.machine}"
        return f"training took {duration(self.seconds)} per run; the claim is at most {claimed}"

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab recipes verify --json`` prints."""
        return {
            "recipe": self.result.label,
            "outcome": self.outcome,
            "verdict": self.verdict,
            "metric": self.claim.metric,
            "claimed": self.claim.value,
            "claimed_seconds": self.claim.max_seconds,
            "seeds": list(self.seeds),
            **{key: value for key, value in self.result.record().items() if key != "label"},
        }


def verify_recipe(
    name: str,
    *,
    seeds: int | None = None,
    first_seed: int = 0,
    jobs: int = 1,
    plugin_files: Sequence[str | Path] = (),
    third_party: bool | None = None,
    data_dir: str | Path | None = None,
    runs_dir: str | Path = "runs",
    on_result: OnResult | None = None,
) -> Verification:
    """Train a recipe with several seeds, and say whether its claim about the test set holds.

    Finished runs of the same experiment are used again, and interrupted ones are resumed.

    Args:
        name: the recipe's name.
        seeds: how many seeds; by default as many as the claim was measured with. One decides nothing.
        first_seed: the first of them; the others follow.
        jobs: how many runs to train in parallel, which makes each of them slower.
        plugin_files: plugin files to load.
        third_party: whether to load installed plugins; by default, unless ``CONVLAB_NO_PLUGINS=1``.
        data_dir: a folder to search for data files first.
        runs_dir: the folder in which the runs are saved.
        on_result: called after each run.

    Raises:
        UnknownNameError: no such recipe.
        ConfigError: the recipe is invalid, or an argument is.
        ConvlabError: a run failed.

    Example::

        from convlab import verify_recipe

        print(verify_recipe("mnist-99", seeds=3).verdict)
    """
    host = PluginHost(plugin_files=plugin_files, third_party=third_party)
    recipe = host.find(Recipe, name).part
    count = recipe.claim.seeds if seeds is None else seeds
    for argument, value in (("seeds", count), ("jobs", jobs)):
        if value < 1:
            raise ConfigError(f"`{argument}`: expected at least 1, got {value}")
    arms = {name: resolve(Experiment.from_recipe(name, host=host), host)}
    metric, larger_is_better = common_metric(arms, recipe.claim.metric)
    used = tuple(range(first_seed, first_seed + count))
    with TrialPool(
        jobs, runs_dir=runs_dir, plugin_files=plugin_files, third_party=third_party, data_dir=data_dir
    ) as pool:
        queue = list(trials_of(arms, used, "test", EarlierRuns(runs_dir)))
        results = [result for _, result in train_arms(pool, queue, on_result)]
    question = Question(
        metric=metric,
        larger_is_better=larger_is_better,
        split="test",
        error_rate=1 - _LEVEL,
        margin=0.0,
        method="t",
    )
    return Verification(
        claim=recipe.claim,
        result=arm_result(name, arms[name], results, question, _LEVEL),
        seeds=used,
        larger_is_better=larger_is_better,
    )
