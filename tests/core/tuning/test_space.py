"""The settings that a sweep searches."""

import math
from dataclasses import dataclass
from typing import Annotated

import optuna
import pytest

from convlab import Architecture, ConfigError, Experiment, PluginHost, Search
from convlab.experiment import ResolvedExperiment, resolve
from convlab.tuning.space import read_space, with_values


@dataclass(frozen=True)
class Options:
    """Options of an architecture, two of which declare a range."""

    width: Annotated[int, Search(low=8, high=64, log=True)] = 16
    """Width."""
    kernels: Annotated[tuple[int, ...], Search(choices=([3], [3, 5]))] = (3,)
    """Kernels."""
    bias: bool = True
    """Bias."""


@pytest.fixture
def resolved() -> ResolvedExperiment:
    class Plugin:
        def convlab_architectures(self) -> list[Architecture]:
            return [Architecture(name="ranged", summary="Has ranges", build=lambda *_: None, options=Options)]

    host = PluginHost(third_party=False)
    from convlab import hookimpl

    hookimpl(Plugin.convlab_architectures)
    host.register(Plugin())
    return resolve(Experiment(architecture="ranged", optimizer="sgd"), host)


@pytest.mark.parametrize(
    ("written", "low", "high", "kind"),
    [
        ("train.learning_rate=log(1e-4, 1e-1)", 1e-4, 0.1, float),
        ("optimizer.momentum=uniform(0.5,0.99)", 0.5, 0.99, float),
        ("train.batch_size=logint(16,256)", 16, 256, int),
        ("train.epochs = int( 1 , 3 )", 1, 3, int),
    ],
)
def test_a_range_is_searched_within_its_ends(
    written: str, low: float, high: float, kind: type, resolved: ResolvedExperiment
) -> None:
    (parameter,) = read_space([written], resolved)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    values = []
    for _ in range(200):
        trial = study.ask()
        parameter.suggest(trial)
        values.append(parameter.value(trial.params))
        study.tell(trial, 0.0)
    assert {type(value) for value in values} == {kind}
    assert low <= min(values) < max(values) <= high
    if "log" in written:
        below = sum(value < math.sqrt(low * high) for value in values)
        assert 70 < below < 130, "half of the values are below the geometric mean"
    assert read_space([str(parameter)], resolved) == (parameter,)


def test_choices_keep_their_types_and_reach_the_experiment(resolved: ResolvedExperiment) -> None:
    space = read_space(
        [
            "architecture.kernels=choice([3], [3, 5])",
            "optimizer.nesterov=choice(true, false)",
            "schedule=choice(cosine, constant)",
            "optimizer.momentum=choice(0, 0.9, 1e-3)",
        ],
        resolved,
    )
    assert [parameter.search.choices for parameter in space] == [
        ([3], [3, 5]),
        (True, False),
        ("cosine", "constant"),
        (0, 0.9, 1e-3),
    ]
    values = {"architecture.kernels": [3, 5], "optimizer.nesterov": False}
    experiment = with_values(resolved.experiment, values)
    assert experiment.architecture_options["kernels"] == [3, 5]
    assert experiment.optimizer_options == {**resolved.experiment.optimizer_options, "nesterov": False}


def test_another_part_drops_the_options_of_the_experiment_s_part(resolved: ResolvedExperiment) -> None:
    changed = with_values(resolved.experiment, {"optimizer": "adam", "schedule": "step"})
    assert (changed.optimizer, changed.schedule) == ("adam", "step")
    assert changed.optimizer_options == {}
    assert changed.train.learning_rate is None, "Adam's own"
    same = with_values(
        resolved.experiment, {"optimizer": "convlab:sgd" if ":" in resolved.experiment.optimizer else "sgd"}
    )
    assert same.optimizer_options == resolved.experiment.optimizer_options


def test_auto_is_the_learning_rate_and_the_ranges_that_options_declare(
    resolved: ResolvedExperiment,
) -> None:
    keys = {parameter.key: parameter for parameter in read_space(["auto"], resolved)}
    assert {"train.learning_rate", "architecture.width", "architecture.kernels"} <= keys.keys()
    assert "architecture.bias" not in keys
    rate = keys["train.learning_rate"].search
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low < 0.05 < rate.high, "the range contains the optimizer's default"
    assert keys["architecture.width"].whole


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ([], "`space` is empty"),
        (["learning_rate"], "expected KEY=RANGE with a dotted key"),
        (["nonsense.x=int(1,2)"], "expected KEY=RANGE with a dotted key"),
        (["metrics=choice(accuracy, macro_f1)"], "expected KEY=RANGE with a dotted key"),
        (["train.learning_rate=1e-3"], "expected log(low, high), uniform(low, high)"),
        (["train.learning_rate=log(0,1)"], "low must be greater than 0"),
        (["train.learning_rate=log(1,0.1)"], "expected low < high, got 1 and 0.1"),
        (["train.learning_rate=log(1e-3)"], "expected two numbers, low and high, got '1e-3'"),
        (["train.learning_rate=log(a,b)"], "cannot read 'a,b'"),
        (["train.epochs=int(1.5,3)"], "expected two integers"),
        (["train.epochs=choice(1)"], "expected at least 2 choices, got 1"),
        (["train.seed=int(0,9)"], "a seed cannot be tuned"),
        (["train.epochs=int(1,2)", "train.epochs=int(1,3)"], "train.epochs is given twice"),
    ],
)
def test_an_invalid_space_is_refused_in_one_sentence(
    written: list[str], message: str, resolved: ResolvedExperiment
) -> None:
    with pytest.raises(ConfigError) as error:
        read_space(written, resolved)
    assert message in str(error.value)


def test_an_unknown_setting_is_refused_with_the_nearest_one(resolved: ResolvedExperiment) -> None:
    (parameter,) = read_space(["train.learning_rat=log(1e-3,1e-1)"], resolved)
    with pytest.raises(ConfigError, match="did you mean 'learning_rate'"):
        with_values(resolved.experiment, {parameter.key: 0.1})


@pytest.mark.parametrize("architecture", ["cnn", "mlp", "vit_tiny"])
@pytest.mark.parametrize(
    ("optimizer", "option"),
    [("sgd", "momentum"), ("muon", "momentum"), ("rmsprop", "momentum"), ("adamw", "weight_decay")],
)
def test_built_in_parts_declare_ranges(architecture: str, optimizer: str, option: str) -> None:
    host = PluginHost(third_party=False)
    base = resolve(Experiment(architecture=architecture, optimizer=optimizer), host)
    space = {parameter.key: parameter for parameter in read_space(["auto"], base)}
    assert space.keys() == {"train.learning_rate", "architecture.dropout", f"optimizer.{option}"}
    for name in ("low", "high"):
        values = {
            key: getattr(parameter.search, name)
            for key, parameter in space.items()
            if key != "train.learning_rate"
        }
        resolve(with_values(base.experiment, values), host)
