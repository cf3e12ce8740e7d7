"""A run killed at any moment resumes to the same result as an uninterrupted one."""

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from convlab import Experiment, TrainSettings
from convlab.training.checkpoints.file import read_checkpoint

EXPERIMENT = Experiment(
    architecture="cnn",
    architecture_options={"filters": [4], "dense": [8], "dropout": 0.3, "batch_normalization": True},
    optimizer="sgd",
    metrics=("accuracy", "macro_f1"),
    train=TrainSettings(epochs=12, batch_size=16, restore_best=True, checkpoint_steps=5),
)


def wait_for_checkpoint(last: Path, previous: int = 0) -> None:
    while not last.exists() or last.stat().st_mtime_ns == previous:
        time.sleep(0.001)


def history(run: Path) -> list[dict[str, Any]]:
    file = run / "metrics.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [
        {key: value for key, value in json.loads(line).items() if key not in ("seconds", "images_per_second")}
        for line in lines
    ]


def final_state(run: Path) -> dict[str, Any]:
    """Return the weights, optimizer state, counters and best weights as bytes, and all recorded results."""
    last, best = (read_checkpoint(run / "checkpoints" / f"{name}.safetensors") for name in ("last", "best"))
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    arrays = {f"last {name}": array.tobytes() for name, array in last.arrays.items()}
    arrays |= {f"best {name}": array.tobytes() for name, array in best.arrays.items()}
    return {**arrays, "best": best.facts, "history": history(run), "test": summary["test"]}


@pytest.mark.slow
@pytest.mark.parametrize(("loop", "epochs", "kills"), [("tape", 12, 20), ("fit", 3, 2)])
def test_a_run_killed_many_times_resumes_to_the_same_weights_bit_for_bit(
    forked: Any, tmp_path: Path, loop: str, epochs: int, kills: int
) -> None:
    (tmp_path / "mine.toml").write_text(EXPERIMENT.to_toml(), encoding="utf-8")
    start = ("run", "mine.toml", "--loop", loop, "-e", str(epochs), "--name")
    assert forked.run(tmp_path, *start, "uninterrupted").returncode == 0
    run = tmp_path / "runs" / "killed"
    last = run / "checkpoints" / "last.safetensors"
    rng = random.Random(loop)

    positions = []
    for _ in range(kills):
        written = last.stat().st_mtime_ns if last.exists() else 0
        process = forked.start(tmp_path, *(("resume", "killed") if written else (*start, "killed")))
        wait_for_checkpoint(last, written)  # written before the first step
        wait_for_checkpoint(last, last.stat().st_mtime_ns)
        time.sleep(rng.expovariate(1 / 0.03))
        os.kill(process, signal.SIGKILL)
        assert forked.wait().returncode == -signal.SIGKILL, (
            "the run finished before it was killed; train for longer"
        )
        facts = read_checkpoint(last).facts
        positions.append((facts["epoch"], facts["step"]))
        history(run)  # every line is complete JSON
    assert forked.run(tmp_path, "resume", "killed").returncode == 0

    assert len(set(positions)) > kills / 2, positions
    assert any(step for _, step in positions), "no kill was in the middle of an epoch"
    assert final_state(run) == final_state(tmp_path / "runs" / "uninterrupted")


@pytest.mark.parametrize(
    ("signal_number", "exit_code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
)
def test_an_interrupted_run_saves_its_position_and_resumes_there(
    forked: Any, tmp_path: Path, signal_number: signal.Signals, exit_code: int
) -> None:
    process = forked.start(tmp_path, "run", "-e", "100000", "--name", "interrupted")
    run = tmp_path / "runs" / "interrupted"
    last = run / "checkpoints" / "last.safetensors"
    wait_for_checkpoint(last)
    os.kill(process, signal_number)
    finished = forked.wait()
    assert finished.returncode == exit_code
    assert finished.stderr.splitlines()[-2:] == [
        "error: interrupted",
        "the run so far is in runs/interrupted; resume it with: convlab resume runs/interrupted",
    ]
    assert json.loads((run / "stopped.json").read_text(encoding="utf-8"))["state"] == "interrupted"
    facts = read_checkpoint(last).facts
    epochs = str(facts["epoch"] + 1)
    finished = forked.run(tmp_path, "resume", "runs/interrupted", "--epochs", epochs, "--json")
    assert finished.returncode == 0
    resumed = json.loads(finished.stdout)
    assert len(resumed["epochs"]) == int(epochs)
    assert [(at["epoch"], at["step"]) for at in resumed["resumed"]] == [(facts["epoch"], facts["step"])]
    assert not (run / "stopped.json").exists()
    assert (run / "model.keras").exists()


@pytest.mark.slow
def test_a_full_disk_stops_a_run_with_one_error_and_the_run_resumes_once_there_is_space(
    forked: Any, tmp_path: Path
) -> None:
    arguments = ("run", "-e", "2", "-q", "-s", "architecture.filters=[8]", "-s", "architecture.dense=[]")
    assert forked.run(tmp_path, *arguments, "--name", "complete").returncode == 0
    complete, run = tmp_path / "runs" / "complete", tmp_path / "runs" / "full"
    largest = (
        complete / "checkpoints" / "last.safetensors"
    ).stat().st_size - 60  # the record of one epoch fits
    finished = forked.run(tmp_path, *arguments, "--name", "full", largest_file=largest)
    assert finished.returncode == 1
    messages = finished.stderr.splitlines()
    assert messages[-2].startswith(
        "error: cannot write the checkpoint 'runs/full/checkpoints/last.safetensors' ("
    )
    assert messages[-2].endswith("free disk space or fix its permissions; the previous checkpoint is intact")
    assert messages[-1].endswith("resume it with: convlab resume runs/full")
    assert json.loads((run / "stopped.json").read_text(encoding="utf-8"))["state"] == "failed"
    files = {file.name for file in (run / "checkpoints").iterdir()}
    assert files == {"best.safetensors", "last.safetensors"}, "a partly written file was left behind"
    assert forked.run(tmp_path, "resume", "full", "-q").returncode == 0
    assert final_state(run) == final_state(complete)
