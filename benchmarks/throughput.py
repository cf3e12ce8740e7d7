"""Images a second of convlab's loops beside Keras fit, a plain tape, PyTorch and JAX, in one run.

Usage: python benchmarks/throughput.py [--quick] [--repeats N] [--json FILE] [--plot FILE]

Each contestant trains the same model in a process of its own. They take turns, so that whatever else the
machine does falls on all alike; the table gives medians over the turns and the ratio to Keras ``fit`` on
arrays. A contestant whose packages are missing, or that has no such model, is left out
(``pip install ".[benchmark]"`` brings all packages).
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from contestants.case import Case  # noqa: E402

CONTESTANTS = {
    "Keras fit, arrays": "keras_fit:arrays",
    "Keras fit, arrays, no XLA": "keras_fit:arrays_without_xla",
    "Keras fit, tf.data": "keras_fit:dataset",
    "Keras fit, 32 steps a call": "keras_fit:many_steps",
    "plain GradientTape": "gradient_tape:prepare",
    "convlab, fit": "convlab_loop:fit",
    "convlab, tape": "convlab_loop:tape",
    "PyTorch eager": "pytorch:eager",
    "PyTorch compiled": "pytorch:compiled",
    "JAX, Flax": "jax_flax:prepare",
}
BASE = "Keras fit, arrays"


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
        """Wait until it has compiled; tell whether it could. Then it is stopped until its turn."""
        assert self._process.stdout is not None
        ready = self._process.stdout.readline() == "ready\n"
        self._process.send_signal(signal.SIGSTOP)
        return ready

    def images_per_second(self) -> float:
        """Let it train an epoch, while all others are stopped: some spin on the cores when idle."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGCONT)
        self._process.stdin.write("1\n")
        self._process.stdin.flush()
        seconds = float(self._process.stdout.readline())
        self._process.send_signal(signal.SIGSTOP)
        return self._case.images / seconds


def measure(case: Case, repeats: int) -> dict[str, list[float]]:
    """Return the images a second of each contestant, a figure a turn."""
    with ExitStack() as stack:
        ready = {}
        for name, target in CONTESTANTS.items():
            contestant = stack.enter_context(Contestant(target, case))
            if contestant.is_ready():
                ready[name] = contestant
        figures: dict[str, list[float]] = {name: [] for name in ready}
        for _ in range(repeats):
            for name, contestant in ready.items():
                figures[name].append(contestant.images_per_second())
    return figures


def report(case: Case, figures: dict[str, list[float]], peak: dict[str, float]) -> list[dict[str, Any]]:
    """Print a case's table and return its rows.

    The ratio is the median of the ratios of each turn, which a slow minute of the machine does not bend.
    """
    from contestants.cost import flops_per_image

    flops = flops_per_image(case.model)
    print(f"\n{case.title}   ({flops / 1e6:.1f} MFLOP an image, forward and backward)")
    print(f"{'':28}{'images/s':>10}  {'spread':>7}  {'ratio':>6}  {'of peak':>7}")
    rows = []
    for name, taken in figures.items():
        median = statistics.median(taken)
        low, _, high = statistics.quantiles(taken, n=4)
        ratio = statistics.median(own / base for own, base in zip(taken, figures[BASE], strict=True))
        share = median * flops / peak[case.precision]
        print(f"{name:28}{median:10,.0f}  ±{(high - low) / 2 / median:5.1%}  {ratio:5.2f}×  {share:7.1%}")
        rows.append({"contestant": name, "images_per_second": taken, "ratio": ratio, "share_of_peak": share})
    return rows


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the four cases that convlab is held to")
    parser.add_argument(
        "--repeats", type=int, help="turns of each contestant (default: 7, or 5 with --quick)"
    )
    parser.add_argument("--json", type=Path, help="keep all figures in this file")
    parser.add_argument("--plot", type=Path, help="draw the ratios into this file")
    arguments = parser.parse_args()
    measured = subprocess.run(
        [sys.executable, "-m", "contestants.peak"], cwd=HERE, check=True, capture_output=True, text=True
    )
    peak: dict[str, float] = json.loads(measured.stdout)
    print(", ".join(f"{name} GEMM peak {flops / 1e9:,.0f} GFLOP/s" for name, flops in peak.items()))
    results = []
    for case in cases(quick=arguments.quick):
        figures = measure(case, arguments.repeats or (5 if arguments.quick else 7))
        results.append({"case": asdict(case), "title": case.title, "rows": report(case, figures, peak)})
    if arguments.json:
        arguments.json.write_text(json.dumps({"peak": peak, "cases": results}, indent=2) + "\n")
    if arguments.plot:
        from contestants.plot import draw

        draw(results, arguments.plot)


if __name__ == "__main__":
    main()
