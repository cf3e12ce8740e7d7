"""A file, the environment and the command line are laid over one another."""

from typing import Any

import pytest

from convlab import ConfigError
from convlab.experiment.layers import Layer, assignments, merge


def layer(origin: str, **tables: Any) -> Layer:
    return Layer(origin=origin, tables=tables)


def test_a_later_layer_wins_key_by_key() -> None:
    experiment, notes = merge(
        [
            layer("file", train={"epochs": 3, "seed": 7}, data={"limit": 9}),
            layer("environment", train={"epochs": 4}),
            layer("command line", train={"epochs": 5}),
        ]
    )
    assert (experiment.train.epochs, experiment.train.seed, experiment.data.limit) == (5, 7, 9)
    assert notes == []


def test_options_of_a_part_that_is_changed_are_left_out_with_a_note() -> None:
    file = layer("f.toml", architecture="cnn", architecture_options={"filters": [8]}, data={"limit": 9})
    experiment, notes = merge([file, layer("command line", architecture="mlp")])
    assert experiment.architecture_options == {}
    assert experiment.data.limit == 9
    assert notes == ["command line changes the architecture to 'mlp': architecture_options of 'cnn' left out"]


def test_a_learning_rate_leaves_with_the_optimizer_it_was_found_for() -> None:
    file = layer(
        "f.toml", optimizer="adam", optimizer_options={"beta_1": 0.5}, train={"learning_rate": 0.001}
    )
    swapped, notes = merge([file, layer("command line", optimizer="sgd")])
    assert swapped.train.learning_rate is None
    assert "optimizer_options and train.learning_rate of 'adam' left out" in notes[0]
    given, _ = merge([file, layer("command line", optimizer="sgd", train={"learning_rate": 0.3})])
    assert given.train.learning_rate == 0.3


def test_naming_the_same_part_again_keeps_its_options() -> None:
    file = layer("f.toml", architecture_options={"filters": [8]}, train={"learning_rate": 0.1})
    experiment, notes = merge([file, layer("command line", architecture="cnn", optimizer="adam")])
    assert experiment.architecture_options == {"filters": [8]}
    assert experiment.train.learning_rate == 0.1
    assert notes == []


def test_options_of_metrics_that_are_no_longer_named_are_left_out() -> None:
    file = layer("f.toml", metrics=["top_k_accuracy"], metric_options={"top_k_accuracy": {"k": 2}})
    assert merge([file, layer("command line", metrics=["accuracy"])])[0].metric_options == {}


def test_dotted_settings_are_toml_or_else_text() -> None:
    written = [
        "architecture.filters=[32, 64]",
        "architecture.activation=relu",
        "optimizer.nesterov=false",
        "dataset.path=photos/cats = dogs",
        "train.epochs=3",
        'metric.top_k_accuracy.k="2"',
    ]
    assert assignments(written) == {
        "architecture_options": {"filters": [32, 64], "activation": "relu"},
        "optimizer_options": {"nesterov": False},
        "dataset_options": {"path": "photos/cats = dogs"},
        "train": {"epochs": 3},
        "metric_options": {"top_k_accuracy": {"k": "2"}},
    }


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("epochs=3", "write KEY=VALUE with a dotted key"),
        ("train.epochs", "write KEY=VALUE with a dotted key"),
        ("train.=3", "write KEY=VALUE with a dotted key"),
        ("trian.epochs=3", "no table 'trian'; did you mean 'train'?"),
    ],
)
def test_a_setting_that_cannot_be_read_is_refused(setting: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        assignments([setting])


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"train.epochs is given twice: leave out train.epochs=4"):
        assignments(["train.epochs=3", "train.epochs=4"])
    with pytest.raises(ConfigError, match="given twice"):
        assignments(["architecture.a=3", "architecture.a.b=4"])
