"""Measure what recipes reach on the test set, and record it for docs/results.md.

Usage: python benchmarks/recipes.py mnist-99 fashion-92 [--seeds 5] [--runs-dir runs]

One run at a time, so that its training time is that of the whole machine. Recorded runs that exist are used
again. Then run: python docs/results.py
"""

import argparse
import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

from convlab import verify_recipe

RESULTS = Path(__file__).parent / "results" / "recipes.json"


def main() -> None:
    """Verify the recipes, and record each as soon as it is measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipes", nargs="+", metavar="NAME")
    parser.add_argument("--seeds", type=int, help="by default as many as the claim names")
    parser.add_argument("--runs-dir", default="runs")
    parser.add_argument("--data-dir", help="a folder to search for data files first")
    arguments = parser.parse_args()
    for name in arguments.recipes:
        result = verify_recipe(
            name, seeds=arguments.seeds, runs_dir=arguments.runs_dir, data_dir=arguments.data_dir
        )
        print(f"{name}: {result.verdict}; {result.time}", flush=True)
        record(name, result.summary())


def record(name: str, summary: dict[str, Any]) -> None:
    """Write one recipe's results over its earlier ones."""
    recorded = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    recorded[name] = {
        "metric": summary["metric"],
        "scores": summary["scores"],
        "seeds": summary["seeds"],
        "seconds": summary["seconds"],
        "parameters": summary["parameters"],
        "epochs": summary["experiment"]["train"]["epochs"],
        "dataset": summary["experiment"]["dataset"],
        "architecture": summary["experiment"]["architecture"],
        "machine": f"{os.cpu_count()} cores of {_processor()}, TensorFlow {version('tensorflow')}",
    }
    RESULTS.write_text(json.dumps(dict(sorted(recorded.items())), indent=2) + "\n", encoding="utf-8")


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "a CPU")


if __name__ == "__main__":
    main()
