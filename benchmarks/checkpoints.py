"""The cost of a checkpoint, as a share of an epoch of the MNIST CNN.

Usage: python benchmarks/checkpoints.py [--turns N]

Each turn trains an epoch on as many random images as MNIST has, and then writes what a run writes after an
epoch: the last state and the best weights.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from contestants.case import Case
from contestants.convlab_loop import experiment

CASE = Case("cnn", 64, "float32", 64 * 844)


def main() -> None:
    """Print the median share and its range."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=3)
    turns = parser.parse_args().turns

    from convlab import prepare

    asked, host = experiment(CASE, "tape")
    prepared = prepare(asked, host=host)
    # These import TensorFlow, which is quiet by now.
    from convlab.training.checkpoints.checkpointing import Checkpointing
    from convlab.training.checkpoints.state import TrainingState
    from convlab.training.trainer import Trainer

    trainer = Trainer(prepared)
    trainer.compile()
    settings = prepared.resolved.experiment.train
    state = TrainingState(prepared.model, prepared.optimizer, prepared.metrics)
    shares, size = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(turns):
            start = time.perf_counter()
            trainer.train_epoch()
            middle = time.perf_counter()
            progress = trainer.progress
            checkpointing = Checkpointing(Path(folder), settings, state, progress, prepared.monitor)
            checkpointing.on_epoch_end(progress.epoch - 1, progress.records[-1])
            shares.append((time.perf_counter() - middle) / (middle - start))
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    print(
        f"{CASE.title}: {statistics.median(shares):.2%} of an epoch "
        f"({min(shares):.2%} to {max(shares):.2%}), {size / 2**20:.1f} MB"
    )


if __name__ == "__main__":
    main()
