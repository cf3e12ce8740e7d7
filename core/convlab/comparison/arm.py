"""The arms of a comparison: experiments that differ in anything but their data."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from convlab.comparison.statistics import Estimate, Scores
from convlab.errors import ConfigError
from convlab.experiment import Experiment, ResolvedExperiment, resolve
from convlab.host import PluginHost
from convlab.text.suggestions import did_you_mean

# What must not differ between arms, so that they are trained and evaluated on the same images.
_DATA = ("validation", "limit", "classes", "exclude")


@dataclass(frozen=True, kw_only=True)
class ArmResult:
    """One arm, with a run per seed.

    Attributes:
        label: its name in the comparison.
        experiment: with every default filled in.
        runs: the folder of each run, in the order of the seeds.
        scores: float64 ``(seeds,)``.
        seconds: the training time of each run.
        parameters: the number of weights of the architecture.
        estimate: the mean score and its interval.
    """

    label: str
    experiment: Experiment
    runs: tuple[str, ...]
    scores: Scores
    seconds: Scores
    parameters: int
    estimate: Estimate

    def record(self) -> dict[str, object]:
        """Return the arm as JSON values."""
        return {
            "label": self.label,
            "mean": self.estimate.mean,
            "sd": self.estimate.sd,
            "low": self.estimate.low if math.isfinite(self.estimate.low) else None,
            "high": self.estimate.high if math.isfinite(self.estimate.high) else None,
            "seconds": float(np.mean(self.seconds)),
            "parameters": self.parameters,
            "scores": self.scores.tolist(),
            "runs": list(self.runs),
            "experiment": self.experiment.model_dump(mode="json", exclude_none=True),
        }


def resolve_arms(arms: Mapping[str, Experiment], host: PluginHost) -> dict[str, ResolvedExperiment]:
    """Resolve the arms, and check that comparing them answers a question.

    Raises:
        ConfigError: fewer than two arms, two equal arms, or arms with different data.
        UnknownNameError: a part does not exist.
    """
    if len(arms) < 2:
        raise ConfigError(f"`arms`: expected at least 2 experiments to compare, got {len(arms)}")
    resolved = {label: resolve(experiment, host) for label, experiment in arms.items()}
    first_label, first = next(iter(resolved.items()))
    for label, arm in resolved.items():
        for setting, value in _data_of(arm.experiment).items():
            expected = _data_of(first.experiment).get(setting)
            if value != expected:
                raise ConfigError(
                    f"`{setting}` is {expected!r} in {first_label!r}, but {value!r} in {label!r}; "
                    "compare arms on the same data"
                )
    seen: dict[str, str] = {}
    for label, arm in resolved.items():
        written = with_seed(arm.experiment, 0).to_toml()
        if written in seen:
            raise ConfigError(
                f"{seen[written]!r} and {label!r} are the same experiment; change a setting of one of them"
            )
        seen[written] = label
    return resolved


def with_seed(experiment: Experiment, seed: int) -> Experiment:
    """Return the experiment with another seed."""
    return experiment.model_copy(update={"train": experiment.train.model_copy(update={"seed": seed})})


def sealed(experiment: Experiment) -> Experiment:
    """Return the experiment without the evaluation of the test set."""
    return experiment.model_copy(update={"train": experiment.train.model_copy(update={"test": False})})


def common_metric(arms: Mapping[str, ResolvedExperiment], metric: str | None) -> tuple[str, bool]:
    """Return the metric to compare, by default the first of the first arm, and whether larger is better.

    Raises:
        ConfigError: not all arms compute the metric.
    """
    by_arm = {label: {p.part.name: p.part.mode for p, _ in arm.metrics} for label, arm in arms.items()}
    names: Sequence[str] = [*next(iter(by_arm.values())), "loss"]
    name = metric or names[0]
    if name == "loss":
        return name, False
    for label, modes in by_arm.items():
        if name not in modes:
            raise ConfigError(f"`metric`: {label!r} has no {name!r}; {did_you_mean(name, [*modes, 'loss'])}")
    return name, next(iter(by_arm.values()))[name] == "max"


def _data_of(experiment: Experiment) -> dict[str, object]:
    data = experiment.data.model_dump(include=set(_DATA))
    options = {f"dataset_options.{key}": value for key, value in experiment.dataset_options.items()}
    return {
        "dataset": experiment.dataset,
        **options,
        **{f"data.{key}": value for key, value in data.items()},
    }
