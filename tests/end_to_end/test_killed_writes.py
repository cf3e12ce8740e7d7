"""A kill before any single change to a run's folder leaves a run that resumes to the right result."""

import json
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from convlab.training.checkpoints.file import read_checkpoint

SETTINGS = (
    *("-a", "mlp", "-s", "architecture.hidden=[8]", "-s", "train.compile=off", "--batch-size", "512"),
    *("--schedule", "constant", "-s", "train.restore_best=true", "-q"),
)
CHANGES = ("-e", "3", "--learning-rate", "0.02")
MOST_CHANGES = 200


@pytest.fixture(scope="module")
def finished(forked: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of one epoch, and the same run after it was resumed with changes."""
    folder = tmp_path_factory.mktemp("finished")
    assert forked.run(folder, "run", "-e", "1", "--name", "finished", *SETTINGS).returncode == 0
    shutil.copytree(folder / "runs" / "finished", folder / "runs" / "resumed")
    assert forked.run(folder, "resume", "resumed", *CHANGES, "-q").returncode == 0
    return folder


def state(run: Path) -> dict[str, Any]:
    """Return all results of a run: weights, records, settings; neither times nor how often it was resumed."""
    last, best = (read_checkpoint(run / "checkpoints" / f"{name}.safetensors") for name in ("last", "best"))
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    arrays = {name: array.tobytes() for name, array in last.arrays.items()}
    facts = {key: last.facts[key] for key in ("epoch", "step", "learning_rate", "experiment", "best")}
    results = {key: summary[key] for key in ("test", "selected_epoch", "stop_reason", "experiment")}
    losses = [
        json.loads(line)["val_loss"] for line in (run / "metrics.jsonl").read_text("utf-8").splitlines()
    ]
    toml = (run / "experiment.toml").read_text(encoding="utf-8")
    return {**arrays, **facts, **results, "best": (best.sha256, best.facts), "losses": losses, "toml": toml}


def changes_of(run: Path) -> list[dict[str, Any]]:
    """Return the settings that changed when a run was resumed, without resumes that changed none."""
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    return [entry["changed"] for entry in summary["resumed"] if entry["changed"]]


def contents(run: Path) -> dict[str, bytes]:
    files = [file for file in run.rglob("*") if file.is_file() and not file.name.startswith(".")]
    return {str(file.relative_to(run)): file.read_bytes() for file in files}


def check_resume_killed_before(change: int, forked: Any, finished: Path, tmp_path: Path) -> bool:
    """Kill a resume with new settings before a change, and resume again; return whether it was killed."""
    original, expected = finished / "runs" / "finished", finished / "runs" / "resumed"
    run = shutil.copytree(original, tmp_path / str(change) / "runs" / "run")
    folder = run.parents[1]
    killed = forked.run(folder, "resume", "run", *CHANGES, "-q", kill_before=change)
    if killed.returncode == 0:
        return False
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    again = forked.run(folder, "resume", "run", "-q")
    if again.returncode:
        assert "already finished" in again.stderr
        if "(epochs = 1)" in again.stderr:  # otherwise it was killed after its last result was written
            assert contents(run) == contents(original), f"change {change}: neither resumed nor as it was"
            assert forked.run(folder, "resume", "run", *CHANGES, "-q").returncode == 0
    assert state(run) == state(expected), f"change {change}"
    assert changes_of(run) == changes_of(expected) == [{"epochs": 3, "learning_rate": 0.02}], (
        f"change {change}"
    )
    assert not [file for file in run.rglob("*") if file.name.startswith((".", "next-best"))]
    return True


def test_resuming_with_new_settings_survives_a_kill(forked: Any, finished: Path, tmp_path: Path) -> None:
    assert check_resume_killed_before(14, forked, finished, tmp_path)


@pytest.mark.slow
def test_resuming_with_new_settings_survives_a_kill_before_each_change_to_the_folder(
    forked: Any, finished: Path, tmp_path: Path
) -> None:
    kills = 0
    while check_resume_killed_before(kills + 1, forked, finished, tmp_path):
        kills += 1
        assert kills < MOST_CHANGES
    assert kills > 30


@pytest.mark.slow
def test_a_new_run_survives_a_kill_before_each_change_to_the_folder(
    forked: Any, finished: Path, tmp_path: Path
) -> None:
    for change in range(1, MOST_CHANGES):
        folder = tmp_path / str(change)
        folder.mkdir()
        run = folder / "runs" / "run"
        start = ("run", "-e", "1", "--name", "run", *SETTINGS)
        if forked.run(folder, *start, kill_before=change).returncode == 0:
            break
        resumed = forked.run(folder, "resume", "run", "-q")
        if resumed.returncode:
            if (run / "summary.json").exists():
                assert "already finished" in resumed.stderr
            else:
                assert re.search("run (it|the experiment) again", resumed.stderr) or not run.exists()
                assert not list(run.rglob("metrics.jsonl")), "a trained epoch is lost"
                continue
        assert state(run) == state(finished / "runs" / "finished"), f"change {change}"
    assert change > 20
