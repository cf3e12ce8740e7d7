"""``convlab sweep`` with real runs, processes that are killed, and a real PostgreSQL."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from convlab import ConfigError, ConvlabError, Experiment, TrainSettings, sweep
from convlab.cli.app import app

SPACE = ["--space", "train.learning_rate=log(1e-3,0.1)", "--space", "optimizer.momentum=uniform(0,0.9)"]
SMALL = ["-a", "mlp", "-o", "sgd", "-e", "2", "--confirm", "0", "--pruner", "none", *SPACE]

_NOBODY = 65534


def start(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a sweep in a folder, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "convlab", "sweep", *SMALL, "--json", *arguments],
        cwd=folder,
        stdout=(folder / "out.json").open("wb"),
        stderr=(folder / "err.txt").open("wb"),
        start_new_session=True,
    )


def ended(folder: Path) -> int:
    """How many trials of a sweep have ended, by its progress lines."""
    return (folder / "err.txt").read_text(encoding="utf-8").count("] trial ")


def wait_for(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    while not condition():
        assert process.poll() is None, "it ended too early"
        time.sleep(0.05)


def workers(process: "subprocess.Popen[bytes]") -> list[int]:
    """The worker processes of a sweep: its children that were spawned to run its trials."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def check_whole(summary: dict[str, Any], trials: int) -> None:
    """Every trial is complete, and none was trained twice."""
    assert Counter(trial["state"] for trial in summary["trials"]) == {"complete": trials}
    assert len({json.dumps(trial["values"]) for trial in summary["trials"]}) == trials
    assert len({trial["run"] for trial in summary["trials"]}) == trials
    for trial in summary["trials"]:
        run = json.loads((Path(trial["run"]) / "summary.json").read_text(encoding="utf-8"))
        assert run["experiment"]["train"]["learning_rate"] == trial["values"]["train.learning_rate"]
        assert run["epochs"][-1]["val_accuracy"] == trial["score"]


@pytest.mark.slow
def test_the_best_settings_are_those_of_the_best_trial_and_the_same_call_continues(tmp_path: Path) -> None:
    experiment = Experiment(architecture="mlp", train=TrainSettings(epochs=1, max_steps=10))
    arguments: dict[str, Any] = {
        "space": ["train.learning_rate=choice(1e-3, 0.000001)"],
        "sampler": "grid",
        "confirm": 0,
        "sweeps_dir": tmp_path,
    }
    first = sweep(experiment, trials=1, **arguments)
    result = sweep(experiment, trials=2, **arguments)
    assert result.trials[0] == first.trials[0]
    scores = {trial.values["train.learning_rate"]: trial.score or 0.0 for trial in result.trials}
    assert scores[1e-3] > scores[0.000001]
    assert result.best.values == {"train.learning_rate": 1e-3}
    assert [trial.score for trial in result.ranked()] == sorted(scores.values(), reverse=True)
    best = Experiment.from_toml(result.experiment_file)
    assert best == result.experiment
    assert best.train.learning_rate == 1e-3


@pytest.mark.slow
def test_killed_workers_and_a_killed_sweep_lose_no_trial_and_repeat_none(tmp_path: Path) -> None:
    trials = 10
    sweeping = start(tmp_path, "--trials", str(trials), "--jobs", "2")
    wait_for(lambda: ended(tmp_path) >= 2, sweeping)
    os.kill(workers(sweeping)[0], signal.SIGKILL)
    wait_for(lambda: ended(tmp_path) >= 5, sweeping)
    orphans = workers(sweeping)
    sweeping.kill()
    sweeping.wait()
    assert orphans
    again = start(tmp_path, "--trials", str(trials), "--jobs", "2")
    assert again.wait() == 0, (tmp_path / "err.txt").read_text(encoding="utf-8")
    check_whole(json.loads((tmp_path / "out.json").read_bytes()), trials)


@pytest.mark.slow
def test_the_best_settings_are_confirmed_on_other_seeds(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        [
            *("sweep", "-a", "mlp", "-o", "sgd", "-e", "1", "-s", "train.learning_rate=1e-4", "--json"),
            *("--space", "train.learning_rate=log(0.01,0.1)", "--trials", "4", "--sweeps-dir", str(tmp_path)),
        ],
    )
    assert done.exit_code == 0, done.stderr
    confirmation = json.loads(done.stdout)["confirmation"]
    assert confirmation["seeds"] == [1, 2, 3], "the trials had seed 0"
    assert confirmation["split"] == "test"
    (pair,) = confirmation["pairs"]
    assert (pair["better"], pair["decision"]) == ("tuned", "different")


@pytest.mark.slow
def test_a_trial_that_diverges_fails_and_the_sweep_goes_through(tmp_path: Path) -> None:
    experiment = Experiment(architecture="mlp", optimizer="sgd", train=TrainSettings(epochs=1))
    arguments: dict[str, Any] = {"sampler": "grid", "confirm": 0, "sweeps_dir": tmp_path, "trials": 2}
    result = sweep(experiment, space=["train.learning_rate=choice(0.05, 1e30)"], **arguments)
    assert {trial.values["train.learning_rate"]: trial.state for trial in result.trials} == {
        0.05: "complete",
        1e30: "failed",
    }
    with pytest.raises(ConvlabError, match="no trial of the sweep 'all' was successful; the first failed: "):
        sweep(experiment, space=["train.learning_rate=choice(1e29, 1e30)"], name="all", **arguments)


@pytest.mark.slow
def test_a_sweep_does_not_continue_on_other_validation_images(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (80, 8, 8, 1), np.uint8), np.arange(80) % 2
    for index, (image, label) in enumerate(zip(images, labels, strict=True)):
        folder = tmp_path / "photos" / f"class {label}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[:, :, 0]).save(folder / f"{index}.png")
    experiment = Experiment(
        dataset="folder",
        dataset_options={"path": str(tmp_path / "photos")},
        architecture="mlp",
        train=TrainSettings(epochs=1),
    )
    arguments: dict[str, Any] = {
        "space": ["train.learning_rate=log(1e-4, 1e-2)"],
        "confirm": 0,
        "sweeps_dir": tmp_path,
    }
    sweep(experiment, trials=1, **arguments)
    for file in (tmp_path / "photos" / "class 0").iterdir():
        file.unlink()
        Image.fromarray(rng.integers(0, 256, (8, 8), np.uint8)).save(file)
    result = sweep(experiment, trials=2, **arguments)
    assert [trial.state for trial in result.trials] == ["complete", "failed"]
    assert "the validation images changed since the sweep began" in result.trials[1].message


@pytest.mark.parametrize("name", ["../elsewhere", "", "a/b", "last"])
def test_a_sweep_s_folder_is_in_the_folder_of_sweeps(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`name`"):
        sweep(space=["train.learning_rate=log(1e-4, 1e-2)"], name=name, sweeps_dir=tmp_path / "sweeps")


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL of the test's own, started as an unprivileged user."""
    initdb, server = shutil.which("initdb"), shutil.which("postgres")
    if initdb is None or server is None:
        pytest.skip("PostgreSQL is not installed: initdb and postgres are not on the PATH")
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    # Not in pytest's folder, which other users may not enter, and whose path may be too long for a socket.
    with tempfile.TemporaryDirectory() as home, (Path(home) / "log").open("wb") as log:
        options: dict[str, Any] = {"cwd": home, "stdout": log, "stderr": log}
        if os.getuid() == 0:  # which PostgreSQL refuses
            os.chown(home, _NOBODY, _NOBODY)
            options |= {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        data = f"{home}/data"
        subprocess.run([initdb, "-D", data, "-U", "convlab", "-A", "trust"], check=True, **options)
        running = subprocess.Popen([server, "-D", data, "-k", home, "-h", ""], **options)
        wait_for((Path(home) / ".s.PGSQL.5432").exists, running)
        yield f"postgresql+psycopg://convlab@/postgres?host={home}"
        running.send_signal(signal.SIGINT)
        running.wait()


@pytest.mark.slow
def test_two_machines_share_a_sweep_in_postgresql(postgresql: str, tmp_path: Path) -> None:
    trials = 10
    arguments = ("-e", "20", "--trials", str(trials), "--storage", postgresql)
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    sweeps = [start(folder, *arguments) for folder in folders]
    wait_for(lambda: all(map(ended, folders)), sweeps[0])
    sweeps[0].kill()
    sweeps[0].wait()
    assert sweeps[1].wait() == 0, (folders[1] / "err.txt").read_text(encoding="utf-8")
    again = start(folders[0], *arguments)
    assert again.wait() == 0, (folders[0] / "err.txt").read_text(encoding="utf-8")
    summary = json.loads((folders[0] / "out.json").read_bytes())
    check_whole(summary, trials)
    places = Counter(Path(trial["run"]).relative_to(tmp_path).parts[0] for trial in summary["trials"])
    assert set(places) == {"one", "two"}
