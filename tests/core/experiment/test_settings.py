"""An experiment is strict about keys and types, and is written to and read from TOML."""

import ast
import inspect
from pathlib import Path
from typing import Any

import pytest

from convlab import ConfigError, DataSettings, Experiment, TrainSettings
from convlab.experiment import settings as settings_module
from convlab.parts import PART_TYPES


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
        ({"datset": "mnist"}, "`datset`: unknown setting; did you mean 'dataset'?"),
        ({"train": {"epocs": 3}}, "`train.epocs`: unknown setting; did you mean 'epochs'?"),
        ({"data": {"validate": 0.1}}, "`data.validate`: unknown setting; did you mean 'validation'?"),
        ({"train": {"epochs": 0}}, "`train.epochs`: must be greater than or equal to 1, got 0"),
        ({"train": {"epochs": "3"}}, "`train.epochs`: must be a valid integer, got '3'"),
        ({"train": {"epochs": True}}, "`train.epochs`: must be a valid integer, got True"),
        ({"train": {"loop": "tap"}}, "`train.loop`: must be 'tape' or 'fit', got 'tap'"),
        (
            {"train": {"learning_rate": float("inf")}},
            "`train.learning_rate`: must be a finite number, got inf",
        ),
        ({"data": {"validation": 1.0}}, "`data.validation`: must be less than 1, got 1.0"),
        ({"train": 3}, "`train`: must be a valid dictionary or instance of TrainSettings, got 3"),
        ({"metrics": 3}, "`metrics`: must be a valid tuple, got 3"),
        ({"architecture": 3}, "`architecture`: must be a valid string, got 3"),
    ],
)
def test_an_invalid_setting_is_refused_in_one_line_that_names_it(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        Experiment(**settings)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"dataset = \n", "is not valid TOML"), (b"\xff\xfe", "is not valid TOML")],
)
def test_the_error_for_an_invalid_file_names_it(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as refused:
        Experiment.from_toml(file)
    assert str(file) in str(refused.value)


def test_the_error_for_a_missing_file_or_a_run_folder_suggests_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.toml' does not exist"):
        Experiment.from_toml(tmp_path / "none.toml")
    (tmp_path / "experiment.toml").touch()
    with pytest.raises(ConfigError, match=r"is a folder.*its experiment is '.*experiment.toml'"):
        Experiment.from_toml(tmp_path)


def test_a_file_of_an_earlier_version_is_read_with_the_current_names(tmp_path: Path) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text('[data]\nwithout = ["cat"]\n[train]\nkeep = "best"\nepochs = 3\n', encoding="utf-8")
    experiment = Experiment.from_toml(file)
    assert experiment.data.exclude == ("cat",)
    assert experiment.train.restore_best
    file.write_text('[train]\nschedule = "step"\n', encoding="utf-8")
    assert Experiment.from_toml(file).schedule == "step"
    file.write_text('[train]\nkeep = "last"\n', encoding="utf-8")
    assert not Experiment.from_toml(file).train.restore_best


def test_an_invalid_value_of_an_earlier_setting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text('[train]\nkeep = "first"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"`train\.keep`: unknown setting"):
        Experiment.from_toml(file)


def test_an_experiment_has_the_settings_of_each_kind_of_part() -> None:
    experiment = Experiment()
    for kind in (part_type.kind for part_type in PART_TYPES):
        assert getattr(experiment, kind.key) == kind.default
        assert getattr(experiment, kind.options_key) == {}
        assert Experiment.model_fields[kind.key].description == kind.help
    assert list(Experiment.model_fields)[-1] == f"{PART_TYPES[-1].kind}_options"


def test_type_checkers_see_the_settings_that_are_generated() -> None:
    tree = ast.parse(inspect.getsource(settings_module))
    [declared] = [
        node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == "_PartSettings"
    ]
    fields = [line.target.id for line in declared.body if isinstance(line, ast.AnnAssign)]  # type: ignore[union-attr]
    assert fields == list(Experiment.model_fields)
