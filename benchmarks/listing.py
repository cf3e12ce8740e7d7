"""Measure how long ``convlab runs`` takes to list many runs, compared with a command that reads none.

All runs share one summary of realistic size; every tenth run has no summary, as if it had been killed.

Usage: python benchmarks/listing.py [--runs N] [--epochs N] [--repeats N]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from convlab import Experiment
from convlab.runs import list_runs

_EPOCH = {
    "seconds": 5.43210987654321,
    "images_per_second": 9943.123456789012,
    **dict.fromkeys(("loss", "accuracy", "val_loss", "val_accuracy"), 0.123456789012345),
}


def make_runs(runs_dir: Path, count: int, epochs: int) -> None:
    """Write run folders without models."""
    experiment = Experiment()
    timing = dict.fromkeys(("import", "data", "build", "compile", "train", "evaluate", "other"), 1.5)
    summary = {
        "experiment": experiment.model_dump(mode="json", exclude_none=True),
        "parameters": 421_642,
        "epochs": [{"epoch": epoch, **_EPOCH} for epoch in range(1, epochs + 1)],
        "test": {"loss": 0.0339, "accuracy": 0.99},
        "timing": timing,
    }
    lines = "".join(f"{json.dumps(epoch)}\n" for epoch in summary["epochs"])  # type: ignore[attr-defined]
    for number in range(count):
        name = f"20260101T{number // 3600:02}{number // 60 % 60:02}{number % 60:02}Z-digits-cnn-adam"
        folder = runs_dir / name
        folder.mkdir()
        (folder / "experiment.toml").write_text(experiment.to_toml(), encoding="utf-8")
        (folder / "metrics.jsonl").write_text(lines, encoding="utf-8")
        if number % 10:
            (folder / "summary.json").write_text(json.dumps({"run": name, **summary}), encoding="utf-8")


def seconds(call: Callable[[], object], repeats: int) -> float:
    """Return the median time of a call, without the first call, which warms the disk cache."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def command(*arguments: str) -> Callable[[], object]:
    """Return a function that runs a convlab command in its own process."""
    program = [sys.executable, "-m", "convlab", *arguments]
    return lambda: subprocess.run(program, check=True, capture_output=True)


def main() -> None:
    """Print the median times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs_dir = Path(folder)
        make_runs(runs_dir, arguments.runs, arguments.epochs)
        for name, call in {
            "list_runs()": lambda: list_runs(runs_dir),
            "convlab --version": command("--version"),
            "convlab runs": command("runs", "--runs-dir", folder),
            "convlab runs --json": command("runs", "--json", "--runs-dir", folder),
        }.items():
            print(f"{name:20} {1000 * seconds(call, arguments.repeats):7.0f} ms for {arguments.runs} runs")


if __name__ == "__main__":
    main()
