"""Plots of a run show its own numbers."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from convlab import ConfigError, ConvlabError, TrustError, evaluate, open_run, plot, prepare
from convlab.cli.app import app
from convlab.reporting.plot import FIGURES


def test_the_confusion_matrix_is_that_of_the_test_set(runs_dir: Path) -> None:
    (axis,) = plot("plain", "confusion", runs_dir=runs_dir).axes
    matrix = evaluate("plain", runs_dir=runs_dir).confusion_matrix
    shown = {text.get_position(): int(text.get_text()) for text in axis.texts}
    assert shown == {(column, row): matrix[row, column] for row, column in np.argwhere(matrix)}


def test_a_sealed_test_set_stays_sealed(runs_dir: Path, tmp_path: Path) -> None:
    run = shutil.copytree(runs_dir / "plain", tmp_path / "sealed")
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    (run / "summary.json").write_text(json.dumps(summary | {"test": None}), encoding="utf-8")
    (axis,) = plot(run, "confusion").axes
    matrix = evaluate(run, split="validation").confusion_matrix
    assert sum(int(text.get_text()) for text in axis.texts) == matrix.sum()
    toml = run / "experiment.toml"
    text = toml.read_text(encoding="utf-8").replace("validation = 0.1", "validation = 0.0")
    toml.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="which stays sealed, and has no validation set"):
        plot(run, "confusion")


def test_the_learning_rate_is_that_of_the_steps_of_the_run(runs_dir: Path) -> None:
    (line,) = plot("plain", "lr", runs_dir=runs_dir).axes[0].get_lines()
    rate = prepare(open_run("plain", runs_dir=runs_dir).experiment).rate
    assert np.asarray(line.get_ydata()).tolist() == [float(rate(step)) for step in range(10)]


def test_a_run_that_was_killed_has_curves_but_no_predictions(runs_dir: Path, tmp_path: Path) -> None:
    run = shutil.copytree(runs_dir / "plain", tmp_path / "killed")
    for file in ("summary.json", "model.keras"):
        (run / file).unlink()
    assert len(plot(run).axes) == 2
    with pytest.raises(ConvlabError, match="the run has not finished; continue it with 'convlab resume'"):
        plot(run, "mistakes")


def test_a_plot_says_what_is_missing(runs_dir: Path) -> None:
    with pytest.raises(ConfigError, match="unknown `what` 'curve'; did you mean 'curves'"):
        plot("plain", "curve", runs_dir=runs_dir)  # type: ignore[arg-type]
    with pytest.raises(ConvlabError, match="the network has no convolution"):
        plot("plain", "filters", runs_dir=runs_dir)
    with pytest.raises(TrustError, match=r"'doubling\.py'"):
        plot("customized", "confusion", runs_dir=runs_dir)


def test_the_command_writes_a_file(runs_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "figures" / "mistakes.png"
    arguments = ["plot", "plain", "--what", "mistakes", "--runs-dir", str(runs_dir), "--to"]
    done = CliRunner().invoke(app, [*arguments, str(file)])
    assert (done.exit_code, done.stdout.replace("\n", "")) == (0, str(file)), done.output
    assert file.read_bytes().startswith(b"\x89PNG")
    refused = CliRunner().invoke(app, [*arguments, "mistakes.gif"])
    assert (refused.exit_code, "--to: expected a file name that ends in" in refused.stderr) == (2, True)


def test_every_figure_is_documented() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "reports.md"
    assert all(f"| `{name}` |" in page.read_text(encoding="utf-8") for name in FIGURES)
