"""Stream a folder of JPEG files: memory as the folder grows, and speed and accuracy compared with memory.

Usage: python benchmarks/streaming.py DATA_DIR [--images 20000] [--few 5000] [--architecture cnn] [--epochs 3]

DATA_DIR contains CIFAR-10, whose training images are saved as JPEG files of quality 95. Each run is in its
own process; its memory is the maximum resident set size.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from convlab import Dataset, DataSource, PluginHost

PROGRAM = """
import hashlib, json, resource, sys, tempfile
from convlab import Experiment, PluginHost, run
with tempfile.TemporaryDirectory() as runs_dir:
    result = run(
        Experiment.model_validate(json.loads(sys.argv[1])),
        host=PluginHost(third_party=False), runs_dir=runs_dir, progress=False,
    )
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
weights = hashlib.sha256(b"".join(weight.tobytes() for weight in result.model.get_weights()))
print(json.dumps({
    "megabytes": peak / (1024**2 if sys.platform == "darwin" else 1024),
    "images_per_second": max(epoch["images_per_second"] for epoch in result.epochs),
    "accuracy": result.test["accuracy"],
    "weights": weights.hexdigest(),
}))
"""


def save_jpegs(data_dir: Path, folder: Path, count: int) -> Path:
    """Save the first training images of CIFAR-10 in one folder per class; return the parent folder."""
    data = (
        PluginHost(third_party=False)
        .find(Dataset, "cifar10")
        .part.load(DataSource(folders=(data_dir,)), None)
    )
    for name in data.class_names:
        (folder / name).mkdir(parents=True)
    images = np.asarray(data.train.images[:count])
    for number, (image, label) in enumerate(zip(images, data.train.labels, strict=False)):
        Image.fromarray(image).save(folder / data.class_names[label] / f"{number:05}.jpg", quality=95)
    return folder


def measure(folder: Path, architecture: str, epochs: int, *, stream: bool) -> dict[str, Any]:
    """Train on a folder in a separate process and return the results."""
    experiment = {
        "dataset": "folder",
        "dataset_options": {"path": str(folder), "stream_above": 0.0 if stream else 1e6},
        "architecture": architecture,
        "train": {"epochs": epochs},
    }
    command = [sys.executable, "-c", PROGRAM, json.dumps(experiment)]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    results: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return results


def main() -> None:
    """Print one row per run, and the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--few", type=int, default=5_000)
    parser.add_argument("--architecture", default="cnn")
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder_name:
        few = save_jpegs(arguments.data_dir, Path(folder_name) / "few", arguments.few)
        many = save_jpegs(arguments.data_dir, Path(folder_name) / "many", arguments.images)
        runs = {
            f"{arguments.few:,} files, streamed": (few, True),
            f"{arguments.images:,} files, streamed": (many, True),
            f"{arguments.images:,} files, in memory": (many, False),
        }
        rows = []
        for name, (folder, stream) in runs.items():
            rows.append(measure(folder, arguments.architecture, arguments.epochs, stream=stream))
            megabytes, speed, accuracy = (
                rows[-1][key] for key in ("megabytes", "images_per_second", "accuracy")
            )
            print(f"{name:<28} {megabytes:6,.0f} MB  {speed:6,.0f} images/s  accuracy {accuracy:.4f}")
    small, streamed, in_memory = rows
    print(f"memory as the folder grows: {streamed['megabytes'] / small['megabytes']:.3f}×")
    print(
        f"speed compared with memory: {streamed['images_per_second'] / in_memory['images_per_second']:.2f}×"
    )
    print(f"same weights: {streamed['weights'] == in_memory['weights']}")


if __name__ == "__main__":
    main()
