"""Resolving an experiment finds its parts and fills in all defaults."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from convlab import Architecture, ConfigError, Experiment, PluginHost, hookimpl
from convlab.experiment import resolve


@pytest.fixture
def host() -> PluginHost:
    return PluginHost(third_party=False)


def test_a_resolved_experiment_resolves_to_itself(host: PluginHost) -> None:
    once = resolve(Experiment(metrics=("top_k_accuracy",)), host).experiment
    assert once.train.learning_rate == 0.002
    assert once.architecture_options["filters"] == (32, 64)
    assert once.metric_options == {"top_k_accuracy": {"k": 5}}
    again = resolve(Experiment.model_validate(once.model_dump(mode="json", exclude_none=True)), host)
    assert again.experiment.to_toml() == once.to_toml()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"metrics": ["accuracy", "accuracy"]}, "duplicate metric 'accuracy'"),
        ({"metrics": ["accuracy", "convlab:accuracy"]}, "duplicate metric 'accuracy'"),
        (
            {"metric_options": {"macro_f1": {}}},
            "`metric_options.macro_f1`: not one of the metrics; choose from accuracy",
        ),
        ({"trackers": ["tensorbord"]}, "unknown tracker 'tensorbord'; did you mean 'tensorboard'?"),
        (
            {"trackers": ["mlflow", "convlab:mlflow"]},
            "`trackers`: duplicate tracker 'mlflow'; name each once",
        ),
        ({"tracker_options": {"mlflow": {}}}, "not one of the trackers; add 'mlflow' to `trackers`"),
        (
            {"trackers": ["mlflow"], "tracker_options": {"mlflow": {"url": "x"}}},
            "`tracker_options.mlflow.url`: tracker 'mlflow' has no such option; did you mean 'uri'?",
        ),
        ({"dataset_options": {"x": 1}}, "`dataset_options.x`: dataset 'digits' has no options"),
        ({"architecture_options": {"filtres": [1]}}, "did you mean 'filters'?"),
        ({"optimizer_options": {"beta_1": 1}}, "`optimizer_options.beta_1`: must be less than 1, got 1"),
    ],
)
def test_an_invalid_name_or_option_is_refused(
    host: PluginHost, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        resolve(Experiment(**settings), host)
    assert message in str(refused.value)


@dataclass(frozen=True)
class HalfOptions:
    rate: float | None = 0.5
    """None turns it off."""


def test_an_option_that_toml_cannot_store_is_refused(host: PluginHost) -> None:
    @hookimpl
    def convlab_architectures() -> list[Architecture]:
        return [Architecture(name="half", summary="Half", build=lambda a, b, c: None, options=HalfOptions)]

    host.register(SimpleNamespace(convlab_architectures=convlab_architectures))
    with pytest.raises(ConfigError, match="rate is None, which TOML cannot store"):
        resolve(Experiment(architecture="half", architecture_options={"rate": None}), host)
