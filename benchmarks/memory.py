"""Compare the peak memory of a run with that of a plain Keras script with the same model and data.

Usage: python benchmarks/memory.py [--dataset mnist] [--architecture cnn]

Each runs in its own process; peak memory is the maximum resident set size.
"""

import argparse
import subprocess
import sys

CONVLAB = """
from convlab import DataSettings, Experiment, TrainSettings, run
import tempfile
with tempfile.TemporaryDirectory() as runs_dir:
    run(
        Experiment(dataset={dataset!r}, architecture={architecture!r}, train=TrainSettings(max_steps=100)),
        runs_dir=runs_dir, progress=False,
    )
"""
KERAS = """
from convlab import DataSource, Dataset, PluginHost, Architecture
data = PluginHost(third_party=False).find(Dataset, {dataset!r}).part.load(DataSource.from_environment(), None)
part = PluginHost(third_party=False).find(Architecture, {architecture!r}).part
import keras
model = part.build(data.input_shape, data.num_classes, part.options())
inputs = keras.Input(data.input_shape, dtype="uint8")
model = keras.Model(inputs, model(keras.layers.Rescaling(1 / 255)(inputs)))
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss, metrics=["accuracy"])
model.fit(*data.train, batch_size=64, epochs=1, steps_per_epoch=100, verbose=0)
model.evaluate(*data.test, batch_size=1024, verbose=0)
"""


def peak_megabytes(program: str) -> float:
    """Return the maximum resident set size of a Python program."""
    measured = f"{program}\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    finished = subprocess.run([sys.executable, "-c", measured], capture_output=True, text=True, check=True)
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return int(finished.stdout.splitlines()[-1]) / unit


def main() -> None:
    """Print both values and their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--architecture", default="cnn")
    parts = vars(parser.parse_args())
    keras, convlab = (peak_megabytes(program.format(**parts)) for program in (KERAS, CONVLAB))
    print(f"Keras script {keras:,.0f} MB   convlab run {convlab:,.0f} MB   {convlab / keras:.2f}×")


if __name__ == "__main__":
    main()
