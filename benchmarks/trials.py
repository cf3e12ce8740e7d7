"""How many trials an hour a sweep trains: in warm workers, in a process per trial, and in KerasTuner.

Usage: python benchmarks/trials.py [--trials 12] [--turns 3]; needs ``pip install keras-tuner`` and MNIST.

A trial is a small CNN on 4,000 images of MNIST for one epoch, with another learning rate. The contestants
take turns; each is measured from the start of its process to its last trial. KerasTuner compiles the
model with as many steps per execution as an epoch has, which is its fastest setting here.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

IMAGES, BATCH_SIZE = 4000, 64
EXPERIMENT = [
    "-d",
    "mnist",
    "-a",
    "cnn",
    "-e",
    "1",
    "-s",
    f"data.limit={IMAGES}",
    "--batch-size",
    str(BATCH_SIZE),
]
SPACE = "train.learning_rate=log(1e-4,1e-2)"
SWEEP = ["sweep", *EXPERIMENT, "--space", SPACE, "--sampler", "random", "--pruner", "none", "--confirm", "0"]
KERAS_TUNER = """
import sys
import keras, keras_tuner, numpy as np
from convlab import Architecture, DataSource, Dataset, PluginHost
host = PluginHost(third_party=False)
data = host.find(Dataset, "mnist").part.load(DataSource.from_environment(), None)
images, labels = data.train.images[:{images}], data.train.labels[:{images}]
held_out = {images} // 10
part = host.find(Architecture, "cnn").part

def build(settings):
    inputs = keras.Input((28, 28, 1), dtype="uint8")
    network = part.build((28, 28, 1), 10, part.options())
    model = keras.Model(inputs, network(keras.layers.Rescaling(1 / 255)(inputs)))
    model.compile(
        keras.optimizers.Adam(settings.Float("learning_rate", 1e-4, 1e-2, sampling="log")),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=({images} - held_out) // {batch_size},
    )
    return model

tuner = keras_tuner.RandomSearch(build, "val_accuracy", max_trials=int(sys.argv[1]), directory="trials")
tuner.search(
    images[held_out:], labels[held_out:], validation_data=(images[:held_out], labels[:held_out]),
    epochs=1, batch_size={batch_size}, verbose=0,
)
"""


def contestants(trials: int) -> dict[str, list[list[str]]]:
    """Return the commands of each contestant; several run one after the other."""
    convlab = [sys.executable, "-m", "convlab"]
    return {
        "warm worker": [[*convlab, *SWEEP, "--trials", str(trials)]],
        "two warm workers": [[*convlab, *SWEEP, "--trials", str(trials), "--jobs", "2"]],
        "process per trial": [
            [*convlab, "run", *EXPERIMENT, "--no-test", "--learning-rate", str(1e-3 + number * 1e-4)]
            for number in range(trials)
        ],
        "KerasTuner": [
            [
                sys.executable,
                "-c",
                KERAS_TUNER.format(images=IMAGES, batch_size=BATCH_SIZE),
                str(trials),
            ]
        ],
    }


def seconds(commands: list[list[str]]) -> float:
    """Return how long commands take, each in the same empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        for command in commands:
            subprocess.run(command, cwd=Path(folder), check=True, capture_output=True)
        return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the trials an hour.")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    entered = contestants(arguments.trials)
    measured: dict[str, list[float]] = {name: [] for name in entered}
    for turn in range(arguments.turns):
        for name in entered if turn % 2 else reversed(entered):
            measured[name].append(seconds(entered[name]))
    base = statistics.median(measured["warm worker"])
    print(f"{arguments.trials} trials, medians of {arguments.turns} turns")
    for name, each in measured.items():
        median = statistics.median(each)
        print(
            f"{name:18} {3600 * arguments.trials / median:7,.0f} trials/hour   {median:6.1f} s "
            f"({min(each):.1f} to {max(each):.1f})   warm worker is {median / base:.2f}× as fast"
        )


if __name__ == "__main__":
    main()
