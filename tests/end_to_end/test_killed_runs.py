"""Runs that are killed at any moment end, once resumed, as if they never had been."""

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


def wait_for_a_checkpoint(last: Path, after: int = 0) -> None:
    while not last.exists() or last.stat().st_mtime_ns == after:
        time.sleep(0.001)


def history(run: Path) -> list[dict[str, Any]]:
    file = run / "metrics.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [
        {key: value for key, value in json.loads(line).items() if key not in ("seconds", "images_per_second")}
        for line in lines
    ]


def everything(run: Path) -> dict[str, Any]:
    """All weights, optimizer slots, counts and best weights as bytes, and what was measured."""
    last, best = (read_checkpoint(run / "checkpoints" / f"{name}.safetensors") for name in ("last", "best"))
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    arrays = {f"last {name}": array.tobytes() for name, array in last.arrays.items()}
    arrays |= {f"best {name}": array.tobytes() for name, array in best.arrays.items()}
    return {**arrays, "best": best.facts, "history": history(run), "test": summary["test"]}


@pytest.mark.slow
@pytest.mark.parametrize(("loop", "epochs", "kills"), [("tape", 12, 20), ("fit", 3, 2)])
def test_a_run_that_is_killed_again_and_again_ends_bit_for_bit_as_the_unbroken_one(
    forked: Any, tmp_path: Path, loop: str, epochs: int, kills: int
) -> None:
    (tmp_path / "mine.toml").write_text(EXPERIMENT.to_toml(), encoding="utf-8")
    start = ("run", "mine.toml", "--loop", loop, "-e", str(epochs), "--name")
    assert forked.run(tmp_path, *start, "unbroken").returncode == 0
    run = tmp_path / "runs" / "broken"
    last = run / "checkpoints" / "last.safetensors"
    moments = random.Random(loop)

    where = []
    for _ in range(kills):
        written = last.stat().st_mtime_ns if last.exists() else 0
        process = forked.start(tmp_path, *(("resume", "broken") if written else (*start, "broken")))
        wait_for_a_checkpoint(last, written)  # that of before the first step
        wait_for_a_checkpoint(last, last.stat().st_mtime_ns)
        time.sleep(moments.expovariate(1 / 0.03))
        os.kill(process, signal.SIGKILL)
        assert forked.ended().returncode == -signal.SIGKILL, "it ended before: train for longer"
        facts = read_checkpoint(last).facts
        where.append((facts["epoch"], facts["step"]))
        history(run)  # no line of it is torn
    assert forked.run(tmp_path, "resume", "broken").returncode == 0

    assert len(set(where)) > kills / 2, where
    assert any(step for _, step in where), "no kill was in the middle of an epoch"
    assert everything(run) == everything(tmp_path / "runs" / "unbroken")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_asked_to_end_keeps_where_it_is_and_goes_on_from_there(
    forked: Any, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    process = forked.start(tmp_path, "run", "-e", "100000", "--name", "cut")
    run = tmp_path / "runs" / "cut"
    last = run / "checkpoints" / "last.safetensors"
    wait_for_a_checkpoint(last)
    os.kill(process, number)
    done = forked.ended()
    assert done.returncode == code
    assert done.stderr.splitlines()[-2:] == [
        "error: interrupted",
        "the run so far is in runs/cut; go on with it: convlab resume runs/cut",
    ]
    assert json.loads((run / "stopped.json").read_text(encoding="utf-8"))["state"] == "interrupted"
    facts = read_checkpoint(last).facts
    epochs = str(facts["epoch"] + 1)
    done = forked.run(tmp_path, "resume", "runs/cut", "--epochs", epochs, "--json")
    assert done.returncode == 0
    resumed = json.loads(done.stdout)
    assert len(resumed["epochs"]) == int(epochs)
    assert [(at["epoch"], at["step"]) for at in resumed["resumed"]] == [(facts["epoch"], facts["step"])]
    assert not (run / "stopped.json").exists()
    assert (run / "model.keras").exists()


def test_a_full_disk_ends_a_run_with_one_error_and_with_room_again_it_goes_on(
    forked: Any, tmp_path: Path
) -> None:
    arguments = ("run", "-e", "2", "-q", "-s", "architecture.filters=[8]", "-s", "architecture.dense=[]")
    assert forked.run(tmp_path, *arguments, "--name", "whole").returncode == 0
    whole, run = tmp_path / "runs" / "whole", tmp_path / "runs" / "full"
    largest = (whole / "checkpoints" / "last.safetensors").stat().st_size - 60  # one epoch's record fits
    done = forked.run(tmp_path, *arguments, "--name", "full", largest_file=largest)
    assert done.returncode == 1
    told = done.stderr.splitlines()
    assert told[-2].startswith(
        "error: cannot write the checkpoint 'runs/full/checkpoints/last.safetensors' ("
    )
    assert told[-2].endswith("free space or mend its permissions; what was written before is whole")
    assert told[-1].endswith("go on with it: convlab resume runs/full")
    assert json.loads((run / "stopped.json").read_text(encoding="utf-8"))["state"] == "failed"
    files = {file.name for file in (run / "checkpoints").iterdir()}
    assert files == {"best.safetensors", "last.safetensors"}, "something half-written is left"
    assert forked.run(tmp_path, "resume", "full", "-q").returncode == 0
    assert everything(run) == everything(whole)
