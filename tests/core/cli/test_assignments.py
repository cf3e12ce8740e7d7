"""``-s KEY=VALUE`` sets a nested key."""

import pytest

from convlab import ConfigError
from convlab.cli.options.assignments import assignments


def test_a_value_is_toml_or_else_text() -> None:
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
        ("trian.epochs=3", "unknown table 'trian'; did you mean 'train'?"),
    ],
)
def test_an_invalid_setting_is_refused(setting: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        assignments([setting])


def test_a_key_that_is_given_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"train.epochs is given twice; omit -s train.epochs=4"):
        assignments(["train.epochs=3", "train.epochs=4"])
    with pytest.raises(ConfigError, match="given twice"):
        assignments(["architecture.a=3", "architecture.a.b=4"])
