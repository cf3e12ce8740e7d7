"""Compare the time of commands that do not train with ``import tensorflow``, in interleaved repeats.

Usage: python benchmarks/start_up.py [--repeats N]
"""

import argparse
import statistics
import subprocess
import sys
import time

CONVLAB = [sys.executable, "-m", "convlab"]
COMMANDS = {
    "import tensorflow": [sys.executable, "-c", "import tensorflow"],
    "convlab --help": [*CONVLAB, "--help"],
    "convlab list": [*CONVLAB, "list"],
    "convlab show architecture cnn": [*CONVLAB, "show", "architecture", "cnn"],
    "convlab run --print-config": [*CONVLAB, "run", "--print-config"],
}


def seconds(command: list[str]) -> float:
    """Return how long a command takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print one line per command: the median time and its ratio to importing TensorFlow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(repeats + 1):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    # The first repeat only warms the disk cache.
    medians = {name: statistics.median(measured[1:]) for name, measured in times.items()}
    for name, median in medians.items():
        print(f"{name:32}  {median:6.2f} s   {median / medians['import tensorflow']:5.2f}×")


if __name__ == "__main__":
    main()
