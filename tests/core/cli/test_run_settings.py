"""``convlab run --print-config`` combines flags, the environment and a file."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from convlab import Experiment
from convlab.cli.app import app


def print_config(*arguments: str, environment: dict[str, str] | None = None) -> Experiment:
    result = CliRunner().invoke(app, ["run", *arguments, "--print-config"], env=environment)
    assert result.exit_code == 0, result.output
    file = Path("printed.toml")
    file.write_text(result.stdout, encoding="utf-8")
    return Experiment.from_toml(file)


@pytest.fixture(autouse=True)
def in_a_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_command_line_overrides_the_environment_which_overrides_the_file() -> None:
    Path("mine.toml").write_text('dataset = "mnist"\n[train]\nepochs = 2\nseed = 2\nbatch_size = 2\n')
    environment = {"CONVLAB_EPOCHS": "3", "CONVLAB_SEED": "3", "CONVLAB_METRICS": "accuracy macro_f1"}
    experiment = print_config("mine.toml", "-e", "4", environment=environment)
    assert experiment.dataset == "mnist"
    assert experiment.metrics == ("accuracy", "macro_f1")
    train = experiment.train
    assert (train.epochs, train.seed, train.batch_size) == (4, 3, 2)


def test_a_dotted_setting_on_the_command_line_overrides_a_variable_of_the_environment() -> None:
    assert print_config("-s", "train.epochs=4", environment={"CONVLAB_EPOCHS": "3"}).train.epochs == 4
    in_the_environment = {"CONVLAB_SET": "train.epochs=3 data.limit=50"}
    experiment = print_config("-e", "4", environment=in_the_environment)
    assert (experiment.train.epochs, experiment.data.limit) == (4, 50)


def test_every_flag_sets_its_key() -> None:
    flags = "-d mnist -a mlp -o sgd -m macro_f1 -m accuracy -e 2 --batch-size 8 --learning-rate 1 --seed 5"
    more = "--loop fit --precision mixed_bfloat16 --max-steps 9 --deterministic -s architecture.hidden=[5]"
    more += " -t tensorboard --tracker mlflow -s tracker.mlflow.experiment=mine"
    experiment = print_config(*f"{flags} {more}".split())
    assert (experiment.dataset, experiment.architecture, experiment.optimizer) == ("mnist", "mlp", "sgd")
    assert experiment.metrics == ("macro_f1", "accuracy")
    assert experiment.trackers == ("tensorboard", "mlflow")
    assert experiment.tracker_options["mlflow"]["experiment"] == "mine"
    assert experiment.train.model_dump(exclude_defaults=True) == {
        "epochs": 2,
        "max_steps": 9,
        "batch_size": 8,
        "learning_rate": 1.0,
        "seed": 5,
        "loop": "fit",
        "precision": "mixed_bfloat16",
        "deterministic": True,
    }
    assert experiment.architecture_options["hidden"] == [5]


def test_a_printed_config_can_be_run_and_prints_the_same_again() -> None:
    first = CliRunner().invoke(app, ["run", "-a", "mlp", "-s", "architecture.dropout=0.1", "--print-config"])
    Path("first.toml").write_text(first.stdout, encoding="utf-8")
    second = CliRunner().invoke(app, ["run", "first.toml", "--print-config"])
    assert second.stdout == first.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("-d minst", "unknown dataset 'minst'; did you mean 'mnist'?"),
        ("-a reznet", "unknown architecture 'reznet'; did you mean 'resnet'?"),
        ("-s architecture.filtres=[3]", "did you mean 'filters'?"),
        ("-s architecture.filters=3", "-s architecture.filters: must be a valid array, got 3"),
        ("-s train.schedule=cosin", "unknown schedule 'cosin'; did you mean 'cosine'?"),
        ("-e 0", "--epochs: must be greater than or equal to 1, got 0"),
        ("-e 3 -s train.epochs=3", "train.epochs is given twice; omit --epochs or -s"),
        ("none.toml", "'none.toml' does not exist"),
        ("--data-dir none", "--data-dir: 'none' is not a directory"),
        ("--plugin none.py", "--plugin: 'none.py' does not exist"),
        ("--name a/b", "--name: 'a/b' is not a valid folder name"),
        (
            "--batch-size 5000 --quiet",
            "--batch-size is 5000, but there are only 1280 training images; use 1280",
        ),
        ("-s data.limit=5000", "is 5000, but the training set has only 1438 images"),
    ],
)
def test_a_usage_error_prints_one_line_and_exits_with_2_without_a_run(arguments: str, message: str) -> None:
    result = CliRunner().invoke(app, ["run", *arguments.split()])
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(Path().glob("runs/*"))
