"""An experiment is strict about keys and types, and survives the way through TOML."""

from pathlib import Path
from typing import Any

import pytest

from convlab import ConfigError, DataSettings, Experiment, TrainSettings


def test_an_experiment_written_as_toml_reads_back_equal(tmp_path: Path) -> None:
    experiment = Experiment(
        dataset="mnist",
        metrics=("accuracy", "macro_f1"),
        data=DataSettings(limit=100),
        train=TrainSettings(epochs=3, learning_rate=0.1),
        architecture_options={"filters": [8, 16], "activation": "gelu"},
        metric_options={"top_k_accuracy": {"k": 2}},
    )
    file = tmp_path / "experiment.toml"
    file.write_text(experiment.to_toml(), encoding="utf-8")
    assert Experiment.from_toml(file) == experiment


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"datset": "mnist"}, "datset: no such key; did you mean 'dataset'?"),
        ({"train": {"epocs": 3}}, "train.epocs: no such key; did you mean 'epochs'?"),
        ({"data": {"validate": 0.1}}, "data.validate: no such key; did you mean 'validation'?"),
        ({"train": {"epochs": 0}}, "train.epochs: must be greater than or equal to 1, not 0"),
        ({"train": {"epochs": "3"}}, "train.epochs: must be a valid integer, not '3'"),
        ({"train": {"epochs": True}}, "train.epochs: must be a valid integer, not True"),
        ({"train": {"loop": "tap"}}, "train.loop: must be 'tape' or 'fit', not 'tap'"),
        ({"train": {"learning_rate": float("inf")}}, "train.learning_rate: must be a finite number, not inf"),
        ({"data": {"validation": 1.0}}, "data.validation: must be less than 1, not 1.0"),
        ({"train": 3}, "train: must be a valid dictionary or instance of TrainSettings, not 3"),
        ({"metrics": 3}, "metrics: must be a valid tuple, not 3"),
        ({"architecture": 3}, "architecture: must be a valid string, not 3"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line_that_names_it(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Experiment(**settings)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"dataset = \n", "is not valid TOML"), (b"\xff\xfe", "is not valid TOML")],
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as refused:
        Experiment.from_toml(file)
    assert str(file) in str(refused.value)


def test_a_missing_file_and_a_run_folder_say_what_to_name_instead(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no file"):
        Experiment.from_toml(tmp_path / "none.toml")
    (tmp_path / "experiment.toml").touch()
    with pytest.raises(ConfigError, match=r"is a folder.*its experiment is '.*experiment.toml'"):
        Experiment.from_toml(tmp_path)
