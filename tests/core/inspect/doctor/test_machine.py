"""The doctor reports problems of the machine that would stop a run, and exits with 1 for them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from convlab import Experiment, PluginHost, TrainSettings, doctor
from convlab.cli.app import app


def invoke(*arguments: str, exit_code: int) -> Any:
    result = CliRunner().invoke(app, ["doctor", "--no-plugins", *arguments])
    assert result.exit_code == exit_code, result.output
    return result


@pytest.fixture
def requirements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace convlab's requirements, since the metadata installed for a checkout may be outdated."""
    required = ["numpy>=2", "keras>=3", "tensorflow>=2", "rich>=1", "absent>=1; extra == 'test'"]
    monkeypatch.setattr("convlab.inspect.doctor.machine.requires", lambda _: required)
    return required


def test_every_topic_is_reported_for_a_healthy_machine(
    requirements: list[str], tmp_path: Path, small_mnist_dir: Path
) -> None:
    arguments = ("--runs-dir", str(tmp_path / "runs"), "--data-dir", str(small_mnist_dir))
    printed = json.loads(invoke("--json", *arguments, exit_code=0).stdout)
    assert printed["healthy"] is True
    by_topic: dict[str, list[str]] = {}
    for finding in printed["findings"]:
        by_topic.setdefault(finding["topic"], []).append(finding["message"])
    assert list(by_topic) == [
        "versions", "devices", "instructions", "precision", "XLA",
        "runs folder", "data folder", "data cache", "datasets", "plugins",
    ]  # fmt: skip
    assert "keras 3" in by_topic["versions"][0]
    assert f"mnist: {small_mnist_dir}" in by_topic["datasets"][1]
    assert not (tmp_path / "runs").exists()
    page = invoke(*arguments, exit_code=0).stdout
    assert "convlab data fetch cifar10" in page
    assert "XLA" in page


def test_anything_that_stops_every_run_is_a_problem_with_a_fix(
    requirements: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    requirements += ["numpy<2", "no-such-package>=1"]
    failed = invoke(
        "--json",
        "--runs-dir",
        str(tmp_path / "file" / "runs"),
        "--data-dir",
        str(tmp_path / "no"),
        exit_code=1,
    )
    problems = {
        finding["message"]: finding["fix"]
        for finding in json.loads(failed.stdout)["findings"]
        if finding["state"] == "problem"
    }
    assert problems.pop("no-such-package is not installed") == "pip install 'no-such-package>=1'"
    report = " | ".join(f"{message}: {fix}" for message, fix in problems.items())
    assert "but convlab requires <2: pip install 'numpy<2'" in report
    assert (
        f"cannot be created because {tmp_path / 'file'} is a file: set `runs_dir` to another folder" in report
    )
    assert "is not a directory" in report
    assert len(problems) == 3


def test_a_broken_plugin_is_a_note_because_the_others_still_work(
    requirements: list[str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import not_there_at_all\n", encoding="utf-8")
    page = invoke("--plugin", str(broken), exit_code=0).stdout
    assert "note" in page
    assert "No module named 'not_there_at_all'; everything else works" in " ".join(page.split())


def test_the_command_shows_the_model_that_examine_returns(requirements: list[str], tmp_path: Path) -> None:
    experiment = Experiment(architecture="mlp", train=TrainSettings(seed=3))
    report = doctor.examine(experiment, host=PluginHost(third_party=False))
    assert report.model is not None
    assert report.model.parameters == report.model.prepared.parameters
    file = tmp_path / "experiment.toml"
    file.write_text('architecture = "cnn"\n', encoding="utf-8")
    arguments = ("--experiment", str(file), "-a", "mlp", "--seed", "3")
    printed = json.loads(invoke(*arguments, "--json", exit_code=0).stdout)
    assert printed["flops"] == report.model.flops
    assert [layer["parameters"] for layer in printed["layers"]] == [
        layer.parameters for layer in report.model.layers
    ]
    page = invoke(*arguments, exit_code=0).stdout
    assert f"{report.model.parameters:,}" in page
    assert "mlp/flatten" in page


def test_an_unknown_name_is_a_problem_of_the_experiment(requirements: list[str]) -> None:
    assert "unknown architecture 'cnnn'; did you mean 'cnn'?" in invoke("-a", "cnnn", exit_code=1).stdout
