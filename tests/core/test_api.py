"""The Python API does what the command does, with the same result."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from convlab import Experiment, PluginHost, Run, TrainSettings, prepare, run
from convlab.cli.app import app

EXPERIMENT = Experiment(architecture="mlp", train=TrainSettings(epochs=2, seed=5))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Run:
    runs_dir = tmp_path_factory.mktemp("runs")
    return run(EXPERIMENT, host=PluginHost(third_party=False), runs_dir=runs_dir, progress=False)


def test_the_command_gives_the_same_numbers_as_the_call(result: Run, tmp_path: Path) -> None:
    arguments = [
        "run",
        "-a",
        "mlp",
        "-e",
        "2",
        "--seed",
        "5",
        "--runs-dir",
        str(tmp_path),
        "--json",
        "--no-plugins",
    ]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    own = json.loads((result.folder / "summary.json").read_text(encoding="utf-8"))
    assert printed["test"] == own["test"] == result.test
    assert [epoch["loss"] for epoch in printed["epochs"]] == [epoch["loss"] for epoch in result.epochs]
    assert printed["experiment"] == own["experiment"]


def test_the_result_carries_the_trained_model(result: Run) -> None:
    digits = prepare(EXPERIMENT, host=PluginHost(third_party=False)).data
    logits = np.asarray(result.model(digits.test.images))
    assert (logits.argmax(axis=1) == digits.test.labels).mean() == pytest.approx(result.test["accuracy"])
    assert result.parameters == sum(weight.size for weight in result.model.get_weights())


def test_a_dry_run_builds_everything_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["run", "--dry-run", "-a", "mlp", "--max-steps", "7"])
    assert done.exit_code == 0, done.output
    assert "digits: 1,280 training, 158 validation, 359 test images, 8×8×1, 10 classes" in done.stdout
    assert "mlp: 85,002 parameters" in done.stdout
    assert "7 steps" in done.stdout
    assert not list(tmp_path.iterdir())
