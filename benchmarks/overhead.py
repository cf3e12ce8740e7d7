"""What ``convlab run`` adds to its bare loop (records, bars, checks), as a share of an epoch.

Usage: python benchmarks/overhead.py [--epochs N]

Both train the same model on the same random images, in one process, an epoch each in turns.
"""

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from contestants.case import Case
from contestants.convlab_loop import experiment

CASES = (Case("cnn", 128, "float32", 128 * 40), Case("mlp", 64, "float32", 64 * 800))


def share(case: Case, epochs: int) -> float:
    """Return the median of how much longer an epoch takes with all that a run does around it."""
    from convlab import prepare
    from convlab.experiment import resolve
    from convlab.runs import RunFolder
    from convlab.training.callbacks.bars import Bars

    asked, host = experiment(case, "tape")
    bars = Bars(Console(file=io.StringIO(), force_terminal=True))
    first, second = (prepare(asked, host=host) for _ in range(2))
    # These import TensorFlow, which is quiet by now.
    from convlab.training.epoch_runner import EpochRunner
    from convlab.training.session import Session

    ratios = []
    with tempfile.TemporaryDirectory() as runs_dir:
        folder = RunFolder.create(Path(runs_dir), resolve(asked, host))
        bare = EpochRunner(first)
        bars.started(second)
        runner = EpochRunner(second)
        whole = Session(runner, bars, keep=folder.append_epoch, checkpoints=folder.checkpoints)
        for epoch in range(1, epochs + 2):
            start = time.perf_counter()
            bare.run(epoch, lambda _: None)
            middle = time.perf_counter()
            whole.train_epoch()
            ratios.append((time.perf_counter() - middle) / (middle - start))
    bars.closed()
    return statistics.median(ratios[1:]) - 1


def main() -> None:
    """Print a line a case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=15)
    epochs = parser.parse_args().epochs
    for case in CASES:
        print(f"{case.title:24} {share(case, epochs):+.1%} of an epoch")


if __name__ == "__main__":
    main()
