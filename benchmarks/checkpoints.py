"""What a checkpoint costs, as a share of an epoch of the MNIST CNN.

Usage: python benchmarks/checkpoints.py [--turns N]

Each turn trains an epoch on as many random images as MNIST trains on, and then keeps what a run keeps after
an epoch: the last state and the best weights.
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
    from convlab.training.reporter import Reporter

    asked, host = experiment(CASE, "tape")
    prepared = prepare(asked, host=host)
    from convlab.training.checkpoints.keeper import Keeper  # these import TensorFlow, which is quiet by now
    from convlab.training.checkpoints.state import TrainingState
    from convlab.training.epoch_runner import EpochRunner
    from convlab.training.session import Session

    session = Session(EpochRunner(prepared), Reporter())
    state = TrainingState(prepared.model, prepared.optimizer, prepared.measures())
    shares, size = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(turns):
            start = time.perf_counter()
            session.train_epoch()
            middle = time.perf_counter()
            keeper = Keeper(Path(folder), prepared.resolved.experiment.train, state, prepared.monitor)
            keeper.epoch_ended(session.progress, session.progress.records[-1])
            shares.append((time.perf_counter() - middle) / (middle - start))
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    print(
        f"{CASE.title}: {statistics.median(shares):.2%} of an epoch "
        f"({min(shares):.2%} to {max(shares):.2%}), {size / 2**20:.1f} MB"
    )


if __name__ == "__main__":
    main()
