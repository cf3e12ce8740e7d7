"""What ``convlab run`` adds to its bare loop (records, bars, checkpoints), as a share of an epoch.

Usage: python benchmarks/overhead.py [--epochs N]

Both train the same model on the same random images in one process, one epoch each in turn.
"""

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from contestants.case import Case
from contestants.convlab_loop import experiment

from convlab import Callback
from convlab.runs import RunFolder

CASES = (Case("cnn", 128, "float32", 128 * 40), Case("mlp", 64, "float32", 64 * 800))


def share(case: Case, epochs: int) -> float:
    """Return the median share of an epoch that everything around the loop takes."""
    from convlab import prepare
    from convlab.experiment import resolve
    from convlab.training.callbacks.progress_bar import ProgressBar

    asked, host = experiment(case, "tape")
    first, second = (prepare(asked, host=host) for _ in range(2))
    # These import TensorFlow, which is quiet by now.
    from convlab.training.loops.compiled import compiled_loop
    from convlab.training.trainer import Trainer

    ratios = []
    with tempfile.TemporaryDirectory() as runs_dir:
        folder = RunFolder.create(Path(runs_dir), resolve(asked, host))
        bare, _ = compiled_loop(first)
        bar = ProgressBar(second, Console(file=io.StringIO(), force_terminal=True))
        whole = Trainer(second, [_Records(folder), bar], folder=folder.path, checkpoints=folder.checkpoints)
        whole.compile()
        for epoch in range(1, epochs + 2):
            order = first.plan.order(first.split.train, epoch)
            start = time.perf_counter()
            bare.train_epoch(order, first.plan.steps(epoch), lambda _: None)
            middle = time.perf_counter()
            whole.train_epoch()
            ratios.append((time.perf_counter() - middle) / (middle - start))
        bar.on_failure("interrupted", "done")
    return statistics.median(ratios[1:]) - 1


class _Records(Callback):
    """Appends each epoch to the run's folder, as a run does."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Append the record."""
        self._folder.append_epoch(dict(logs))


def main() -> None:
    """Print one line per case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=15)
    epochs = parser.parse_args().epochs
    for case in CASES:
        print(f"{case.title:24} {share(case, epochs):+.1%} of an epoch")


if __name__ == "__main__":
    main()
