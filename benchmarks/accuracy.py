"""Compare the test accuracy of all training modes over several seeds: faster modes must not lose any.

Usage: python benchmarks/accuracy.py [--dataset mnist] [--limit 12000] [--epochs 2] [--seeds 5]

The dataset is found as by ``convlab run``, in ``CONVLAB_DATA_DIR`` among other folders.
"""

import argparse
import statistics
import tempfile
from typing import Any

from convlab import DataSettings, Experiment, PluginHost, TrainSettings, run

MODES: dict[str, tuple[str, dict[str, Any]]] = {
    "cnn, Keras fit": ("cnn", {"loop": "fit"}),
    "cnn, tape": ("cnn", {"loop": "tape"}),
    "cnn, tape, bfloat16": ("cnn", {"loop": "tape", "precision": "mixed_bfloat16"}),
    "mlp, Keras fit without XLA": ("mlp", {"loop": "fit", "compile": "off"}),
    "mlp, tape without XLA": ("mlp", {"loop": "tape", "compile": "off"}),
    "mlp, tape with XLA": ("mlp", {"loop": "tape", "compile": "on"}),
}


def main() -> None:
    """Print the mean and standard deviation for each mode."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--limit", type=int, default=12000, help="training images")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    host = PluginHost(third_party=False)
    print(f"{'':28}{'mean':>8}  {'deviation':>9}   of {arguments.seeds} seeds")
    for title, (architecture, settings) in MODES.items():
        with tempfile.TemporaryDirectory() as runs_dir:
            accuracies = [
                run(
                    Experiment(
                        dataset=arguments.dataset,
                        architecture=architecture,
                        data=DataSettings(limit=arguments.limit, validation=0.0),
                        train=TrainSettings(epochs=arguments.epochs, seed=seed, **settings),
                    ),
                    host=host,
                    runs_dir=runs_dir,
                    progress=False,
                ).test["accuracy"]
                for seed in range(arguments.seeds)
            ]
        print(f"{title:28}{statistics.mean(accuracies):8.4f}  {statistics.stdev(accuracies):9.4f}")


if __name__ == "__main__":
    main()
