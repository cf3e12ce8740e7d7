"""What flip, crop and cutout cost: the CNN's training speed with and without them.

Usage: python benchmarks/augmentation.py [--turns 7] [--augment flip crop cutout] [--architecture cnn]
    [--precision float32]

Two trainers in one process take turns of one epoch each on the same noise images, 32×32×3. Prints the medians
of the images per second, and their ratio.
"""

import argparse
import statistics
from typing import Any

import numpy as np

from convlab import Experiment, PluginHost, prepare

IMAGES, BATCH_SIZE = 128 * 40, 128
NONE: tuple[str, ...] = ()


def speeds(turns: int, augment: tuple[str, ...], architecture: str, precision: str) -> list[list[float]]:
    """Return the images per second of each turn, without and with augmentation."""
    host = PluginHost(third_party=False)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, IMAGES)
    trainers = []
    for names in (NONE, augment):
        settings: dict[str, Any] = {
            "data": {"validation": 0.0},
            "train": {"epochs": 1000, "batch_size": BATCH_SIZE, "precision": precision},
        }
        experiment = Experiment(architecture=architecture, augment=names, **settings)
        prepared = prepare(experiment, host=host, data=((images, labels), (images[:100], labels[:100])))
        from convlab.training.trainer import Trainer

        trainers.append(Trainer(prepared))
        trainers[-1].compile()
        trainers[-1].train_epoch()  # warms up
    for turn in range(turns):
        for trainer in trainers if turn % 2 else reversed(trainers):
            trainer.train_epoch()
    return [[record["images_per_second"] for record in trainer.progress.records[1:]] for trainer in trainers]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the cost of augmentation.")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--augment", nargs="+", default=["flip", "crop", "cutout"])
    parser.add_argument("--architecture", default="cnn")
    parser.add_argument("--precision", default="float32")
    arguments = parser.parse_args()
    measured = speeds(arguments.turns, tuple(arguments.augment), arguments.architecture, arguments.precision)
    medians = [statistics.median(each) for each in measured]
    for name, median, each in zip(("without", "with"), medians, measured, strict=True):
        print(f"{name:8} {median:7,.0f} images/s ({min(each):,.0f} to {max(each):,.0f})")
    print(f"ratio    {medians[1] / medians[0]:7.3f}")


if __name__ == "__main__":
    main()
