"""``convlab run RUN/experiment.toml`` repeats a run, also if it used a plugin file."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from convlab import Architecture, Experiment, RunFolderError, TrustError, open_run
from convlab.cli.app import app
from convlab.runs.repeating import host_to_run

Repeat = Callable[..., Result]


@pytest.fixture
def repeat(runs_dir: Path, tmp_path: Path) -> Repeat:
    """Run the experiment of the run that used a plugin file again."""
    file = runs_dir / "customized" / "experiment.toml"
    fixed = ["run", str(file), "--no-plugins", "--runs-dir", str(tmp_path / "runs"), "--json"]
    return lambda *arguments: CliRunner().invoke(app, [*fixed, *arguments])


@pytest.fixture
def source(runs_dir: Path) -> str:
    """The source of the plugin file."""
    return open_run("customized", runs_dir=runs_dir).plugin_files()["doubling.py"]


@pytest.mark.parametrize("how", ["known on this machine", "--trust", "--plugin"])
def test_the_results_are_the_same_again(
    runs_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repeat: Repeat, source: str, how: str
) -> None:
    arguments = {"--trust": ["--trust"], "--plugin": ["--plugin", str(tmp_path / "doubling.py")]}
    (tmp_path / "doubling.py").write_bytes(source.encode() if how == "--plugin" else b"raise SystemExit")
    if how == "known on this machine":
        monkeypatch.setenv("CONVLAB_STATE_DIR", str(runs_dir.parent / "state"))
    done = repeat(*arguments.get(how, []))
    assert done.exit_code == 0, done.stderr
    again, first = json.loads(done.stdout), open_run("customized", runs_dir=runs_dir).summary()
    assert results(again) == results(first)
    assert open_run(again["run"]).plugin_files() == {"doubling.py": source}


def results(summary: dict[str, Any]) -> list[dict[str, float]]:
    epochs = [dict(epoch) for epoch in summary["epochs"]]
    for epoch in epochs:
        del epoch["seconds"], epoch["images_per_second"]
    return [*epochs, summary["test"]]


@pytest.mark.parametrize("arguments", [[], ["--dry-run"], ["--print-config"]])
def test_an_unknown_plugin_file_is_refused_with_the_command_to_read_it_and_the_flag_to_load_it(
    runs_dir: Path, tmp_path: Path, repeat: Repeat, arguments: list[str]
) -> None:
    done = repeat(*arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert f"'convlab show-run {runs_dir / 'customized'} --code', and use --trust to load it" in line
    assert not (tmp_path / "runs").exists()


def test_another_part_on_the_command_line_needs_no_trust(repeat: Repeat) -> None:
    done = repeat("-a", "mlp", "--print-config")
    assert (done.exit_code, json.loads(done.stdout)["architecture"]) == (0, "mlp"), done.stderr


def test_a_copy_of_the_experiment_says_which_plugin_file_it_requires(runs_dir: Path, tmp_path: Path) -> None:
    copy = shutil.copy(runs_dir / "customized" / "experiment.toml", tmp_path)
    done = CliRunner().invoke(app, ["run", str(copy)])
    assert done.exit_code == 2
    assert done.stderr == (
        "error: unknown architecture 'doubling.py:doubling'; load the plugin file 'doubling.py' with "
        "--plugin\n"
    )


def test_a_damaged_record_matters_only_to_what_needs_it(runs_dir: Path, tmp_path: Path) -> None:
    run = shutil.copytree(runs_dir / "customized", tmp_path / "damaged")
    (run / "environment.json").write_text("[]", encoding="utf-8")
    file, experiment = run / "experiment.toml", Experiment.from_toml(run / "experiment.toml")
    with pytest.raises(RunFolderError, match=r"environment\.json' is damaged"):
        host_to_run(experiment, file, trust=True)
    host = host_to_run(experiment.model_copy(update={"architecture": "mlp"}), file, third_party=False)
    assert host.find(Architecture, "mlp").provider.origin == "built-in"


def test_a_changed_record_is_another_source(
    runs_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_STATE_DIR", str(runs_dir.parent / "state"))
    run = shutil.copytree(runs_dir / "customized", tmp_path / "changed")
    file = run / "environment.json"
    file.write_text(file.read_text(encoding="utf-8").replace("Doubles", "Triples"), encoding="utf-8")
    with pytest.raises(TrustError):
        host_to_run(Experiment.from_toml(run / "experiment.toml"), run / "experiment.toml")


def test_a_repetition_on_other_images_warns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = tmp_path / "photos"
    rng = np.random.default_rng(0)

    def add(*numbers: int) -> None:
        for label in "ab":
            (photos / label).mkdir(parents=True, exist_ok=True)
            for number in numbers:
                image = Image.fromarray(rng.integers(0, 256, (8, 8), np.uint8))
                image.save(photos / label / f"{number}.png")

    monkeypatch.chdir(tmp_path)
    add(*range(20))
    run = ["run", "-d", "folder", "-s", f"dataset.path={photos}", "-a", "mlp", "-e", "1", "--name", "first"]
    assert CliRunner().invoke(app, run).exit_code == 0
    again = ["run", "runs/first/experiment.toml"]
    assert "the images are not those of" not in CliRunner().invoke(app, again).stderr
    add(*range(20, 40))
    warned = CliRunner().invoke(app, again).stderr.replace("\n", " ")
    assert "the images are not those of 'runs/first': train (" in warned
    assert "the results are not a repetition of that run" in warned
    other = CliRunner().invoke(app, [*again, "-s", "data.validation=0.2"])
    assert "the images are not those of" not in other.stderr, "other settings were asked for"
