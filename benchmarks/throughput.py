"""Training throughput of convlab, Keras, PyTorch and JAX, measured side by side.

Usage: python benchmarks/throughput.py [--quick] [--repeats N] [--json FILE] [--plot FILE] [--from FILE]

Each contestant trains the same model in its own process. The contestants take turns, one epoch each, so
that other load on the machine affects all of them alike. Prints Markdown tables with the median and range
of the images per second over the turns, and the ratio of the medians to the fastest Keras configuration of
the same case. Contestants whose packages are missing, or that do not implement a model, are skipped
(``pip install ".[benchmark]"`` installs all packages).
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from contestants.case import Case  # noqa: E402

KERAS = {
    "Keras fit, arrays": "keras_fit:arrays",
    "Keras fit, arrays, no XLA": "keras_fit:arrays_without_xla",
    "Keras fit, tf.data": "keras_fit:dataset",
    "Keras fit, 32 steps per call": "keras_fit:many_steps",
    "Keras model, GradientTape": "gradient_tape:prepare",
}
CONVLAB = "convlab, tape"
CONTESTANTS = KERAS | {
    "convlab, fit": "convlab_loop:fit",
    CONVLAB: "convlab_loop:tape",
    "PyTorch eager": "pytorch:eager",
    "PyTorch compiled": "pytorch:compiled",
    "JAX, Flax": "jax_flax:prepare",
}

Row = dict[str, Any]
Result = dict[str, Any]


def cases(*, quick: bool) -> list[Case]:
    """Return the cases, those of ``--quick`` first."""
    chosen = [
        Case("cnn", 128, "float32", 128 * 30),
        Case("cnn", 128, "mixed_bfloat16", 128 * 30),
        Case("mlp", 64, "float32", 64 * 300),
        Case("cnn_bn", 128, "float32", 128 * 20),
    ]
    if not quick:
        chosen += [
            Case("cnn_bn", 128, "mixed_bfloat16", 128 * 20),
            Case("cnn", 32, "float32", 32 * 100),
            Case("cnn", 512, "float32", 512 * 10),
            Case("mlp", 256, "float32", 256 * 150),
            Case("resnet", 128, "float32", 128 * 15),
            Case("resnet", 128, "mixed_bfloat16", 128 * 15),
        ]
    return chosen


class Contestant:
    """A worker process that trains a case on request."""

    def __init__(self, target: str, case: Case) -> None:
        self._case = case
        self._process = subprocess.Popen(
            [sys.executable, "-m", "contestants.worker", target, json.dumps(asdict(case))],
            cwd=HERE,
            env=os.environ | {"KERAS_BACKEND": "tensorflow"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("CONVLAB_DEBUG") else subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> "Contestant":
        return self

    def __exit__(self, *raised: object) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.communicate()

    def is_ready(self) -> bool:
        """Wait until the contestant has compiled, then suspend it; return whether it succeeded."""
        assert self._process.stdout is not None
        ready = self._process.stdout.readline() == "ready\n"
        self._process.send_signal(signal.SIGSTOP)
        return ready

    def images_per_second(self) -> float:
        """Train one epoch while all others are suspended, since some spin on the cores when idle."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGCONT)
        self._process.stdin.write("1\n")
        self._process.stdin.flush()
        seconds = float(self._process.stdout.readline())
        self._process.send_signal(signal.SIGSTOP)
        return self._case.images / seconds


def measure(case: Case, repeats: int) -> dict[str, list[float]]:
    """Return the images per second of each contestant, one value per turn."""
    with ExitStack() as stack:
        ready = {}
        for name, target in CONTESTANTS.items():
            contestant = stack.enter_context(Contestant(target, case))
            if contestant.is_ready():
                ready[name] = contestant
        speeds: dict[str, list[float]] = {name: [] for name in ready}
        for _ in range(repeats):
            for name, contestant in ready.items():
                speeds[name].append(contestant.images_per_second())
    return speeds


def summarize(case: Case, speeds: dict[str, list[float]], peak: dict[str, float]) -> Result:
    """Return the result of a case, as ``--json`` stores it."""
    from contestants.cost import flops_per_image

    flops = flops_per_image(case.model)
    rows = []
    for name, turns in speeds.items():
        median = statistics.median(turns)
        rows.append(
            {
                "contestant": name,
                "median": median,
                "range": [min(turns), max(turns)],
                "turns": turns,
                "share_of_peak": median * flops / peak[case.precision],
            }
        )
    return {"case": asdict(case), "rows": rows}


def add_ratios(result: Result) -> Result:
    """Add the title, the fastest Keras configuration, and each contestant's ratio to it."""
    keras = [row for row in result["rows"] if row["contestant"] in KERAS]
    best = max(keras, key=lambda row: row["median"])
    rows = [row | {"ratio": row["median"] / best["median"]} for row in result["rows"]]
    return result | {"title": Case(**result["case"]).title, "best_keras": best, "rows": rows}


def summary_table(results: Sequence[Result]) -> str:
    """Return a Markdown table that compares convlab with the fastest Keras configuration of each case."""
    lines = [
        "| case | fastest Keras configuration | images/s | convlab, images/s | ratio |",
        "|---|---|---|---|---|",
    ]
    for result in results:
        best = result["best_keras"]
        own = next(row for row in result["rows"] if row["contestant"] == CONVLAB)
        speeds = f"{best['contestant']} | {_speed(best)} | {_speed(own)}"
        lines.append(f"| {result['title']} | {speeds} | **{own['ratio']:.2f}×** |")
    return "\n".join(lines)


def full_tables(results: Sequence[Result]) -> str:
    """Return Markdown tables of all contestants; consecutive cases with the same contestants share one."""
    return "\n\n".join(_table(names, list(group)) for names, group in groupby(results, key=contestants_of))


def contestants_of(result: Result) -> list[str]:
    """Return the names of a result's contestants."""
    return [row["contestant"] for row in result["rows"]]


def _table(names: list[str], results: list[Result]) -> str:
    lines = [f"| | {' | '.join(result['title'] for result in results)} |", f"|{'---|' * (len(results) + 1)}"]
    for place, name in enumerate(names):
        rows = [result["rows"][place] for result in results]
        cells = " | ".join(f"{_speed(row)} ({row['ratio']:.2f}×)" for row in rows)
        lines.append(f"| {f'**{name}**' if name.startswith('convlab') else name} | {cells} |")
    return "\n".join(lines)


def _speed(row: Row) -> str:
    median = f"{row['median']:,.0f}"
    return median if row["range"] is None else "{} [{:,.0f} to {:,.0f}]".format(median, *row["range"])


def main() -> None:
    """Measure, print, store and plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only the first four cases")
    parser.add_argument("--repeats", type=int, help="turns of each contestant (default: 7; 5 with --quick)")
    parser.add_argument("--json", type=Path, help="store the results in this file")
    parser.add_argument("--plot", type=Path, help="plot the ratios to this file")
    parser.add_argument(
        "--from", type=Path, dest="stored", help="show the results in this file instead of measuring"
    )
    arguments = parser.parse_args()
    if arguments.stored:
        stored = json.loads(arguments.stored.read_text())["cases"]
    else:
        repeats = arguments.repeats or (5 if arguments.quick else 7)
        peak = _measure_peak()
        stored = []
        for case in cases(quick=arguments.quick):
            print(f"measuring {case.title} …", file=sys.stderr)
            stored.append(summarize(case, measure(case, repeats), peak))
    results = [add_ratios(result) for result in stored]
    print(f"{summary_table(results)}\n\n{full_tables(results)}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"cases": stored}, indent=2) + "\n")
    if arguments.plot:
        from contestants.plot import draw

        draw([list(group) for _, group in groupby(results, key=contestants_of)], arguments.plot)


def _measure_peak() -> dict[str, float]:
    """Return the floating-point operations per second of a large matrix product, by precision."""
    measured = subprocess.run(
        [sys.executable, "-m", "contestants.peak"], cwd=HERE, check=True, capture_output=True, text=True
    )
    peak: dict[str, float] = json.loads(measured.stdout)
    return peak


if __name__ == "__main__":
    main()
