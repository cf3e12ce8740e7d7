"""A later layer of settings overrides an earlier one."""

from typing import Any

from convlab.experiment.layers import Layer, merge


def layer(origin: str, **tables: Any) -> Layer:
    return Layer(origin=origin, tables=tables)


def test_a_later_layer_overrides_an_earlier_one_key_by_key() -> None:
    experiment, notes = merge(
        [
            layer("file", train={"epochs": 3, "seed": 7}, data={"limit": 9}),
            layer("environment", train={"epochs": 4}),
            layer("command line", train={"epochs": 5}),
        ]
    )
    assert (experiment.train.epochs, experiment.train.seed, experiment.data.limit) == (5, 7, 9)
    assert notes == []


def test_naming_another_part_drops_the_options_with_a_note() -> None:
    file = layer("f.toml", architecture="cnn", architecture_options={"filters": [8]}, data={"limit": 9})
    experiment, notes = merge([file, layer("command line", architecture="mlp")])
    assert experiment.architecture_options == {}
    assert experiment.data.limit == 9
    assert notes == [
        "command line changes the architecture from 'cnn' to 'mlp'; dropped its architecture_options"
    ]


def test_naming_another_optimizer_drops_the_learning_rate() -> None:
    file = layer(
        "f.toml", optimizer="adam", optimizer_options={"beta_1": 0.5}, train={"learning_rate": 0.001}
    )
    changed, notes = merge([file, layer("command line", optimizer="sgd")])
    assert changed.train.learning_rate is None
    assert "from 'adam' to 'sgd'; dropped its optimizer_options and train.learning_rate" in notes[0]
    given, _ = merge([file, layer("command line", optimizer="sgd", train={"learning_rate": 0.3})])
    assert given.train.learning_rate == 0.3


def test_naming_the_same_part_again_keeps_its_options() -> None:
    file = layer("f.toml", architecture_options={"filters": [8]}, train={"learning_rate": 0.1})
    experiment, notes = merge([file, layer("command line", architecture="cnn", optimizer="adam")])
    assert experiment.architecture_options == {"filters": [8]}
    assert experiment.train.learning_rate == 0.1
    assert notes == []


def test_options_of_metrics_that_are_no_longer_named_are_dropped() -> None:
    file = layer("f.toml", metrics=["top_k_accuracy"], metric_options={"top_k_accuracy": {"k": 2}})
    assert merge([file, layer("command line", metrics=["accuracy"])])[0].metric_options == {}
