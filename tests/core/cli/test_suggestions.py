"""A wrong name is answered with the right one, also if it is the word of another tool."""

import pytest
from typer.testing import CliRunner

from convlab.cli.app import app
from convlab.testing.in_process import run_command


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("run --lr 0.1", "did you mean '--learning-rate'?"),
        ("run --num-epochs 3", "did you mean '--epochs'?"),
        ("run --batch 32", "did you mean '--batch-size'?"),
        ("run --bs 32", "did you mean '--batch-size'?"),
        ("run --model cnn", "did you mean '--architecture'?"),
        ("run --optim sgd", "did you mean '--optimizer'?"),
        ("run --lr-scheduler cosine", "did you mean '--schedule'?"),
        ("run --criterion x", "did you mean '--loss'?"),
        ("run --random-state 1", "did you mean '--seed'?"),
        ("run --amp", "did you mean '--precision'?"),
        ("run --output-dir x", "did you mean '--runs-dir'?"),
        ("run --fast-dev-run", "did you mean '--dry-run'?"),
        ("run --val-split 0.1", "did you mean '-s data.validation=VALUE'?"),
        ("run --early-stopping 3", "did you mean '-s train.patience=VALUE'?"),
        ("run --momentum 0.9", "did you mean '-s optimizer.momentum=VALUE'?"),
        ("run --dropout 0.2", "did you mean '-s architecture.dropout=VALUE'?"),
        ("run --gpu", "TensorFlow uses a GPU if it finds one"),
        ("run --num-workers 4", "images are read in parallel"),
        ("run --resume", "'convlab resume' continues a run"),
        ("run --learning-rat 1", "did you mean '--learning-rate'?"),
        ("run --nothing-like-it", "see 'convlab run --help'"),
        ("evaluate --model x", "see 'convlab evaluate --help'"),
        ("train", "did you mean 'convlab run'?"),
        ("fit", "did you mean 'convlab run'?"),
        ("test", "did you mean 'convlab evaluate'?"),
        ("infer", "did you mean 'convlab predict'?"),
        ("init", "did you mean 'convlab new'?"),
        ("dcotor", "did you mean 'convlab doctor'?"),
        ("data download", "did you mean 'convlab data fetch'?"),
        ("run -s train.lr=1", "did you mean 'learning_rate'?"),
        ("run -s train.shuffle=true", "every epoch has a new order of images, which depends on --seed"),
        ("run -s model.filters=3", "did you mean 'architecture'?"),
        ("run -s momentum=0.9", "such as -s optimizer.momentum=0.9"),
        ("run -s lr=0.1", "such as -s train.learning_rate=0.1"),
        ("run -s epochs", "such as -s train.epochs=VALUE"),
        ("run -s k=3", "such as -s metric.top_k_accuracy.k=3"),
        ("run -m acc", "did you mean 'accuracy'?"),
        ("run -m f1", "did you mean 'macro_f1'?"),
        ("run -m SparseTopKCategoricalAccuracy", "did you mean 'top_k_accuracy'?"),
        ("run -o AdamW", "did you mean 'adamw'?"),
        ("run -a convnet", "did you mean 'cnn'?"),
        ("run -d FashionMNIST", "did you mean 'fashion_mnist'?"),
        ("run -d ./photos", "use --dataset folder and -s dataset.path=./photos"),
        ("list models", "did you mean 'architecture'?"),
        ("show callback tensorboard", "did you mean 'tracker'?"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_one(command: str, answer: str) -> None:
    ending = run_command(*command.split())
    assert ending.exit_code == 2
    assert answer in ending.stderr
    assert ending.stderr.count("\n") == 1
    assert len(ending.stderr) < 240


def test_a_group_of_commands_alone_prints_its_help() -> None:
    result = CliRunner().invoke(app, ["data"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "fetch" in result.stdout
