"""A script, run without convlab, gets the results of its run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from convlab import Experiment, PluginHost, TrainSettings, run, write_code

_WITHOUT_CONVLAB = "import runpy, sys; sys.modules['convlab'] = None; runpy.run_path(sys.argv[1])"


@pytest.mark.slow
@pytest.mark.parametrize(("architecture", "epochs"), [("mlp", 2), ("cnn", 1)])  # then rounding moves an image
@pytest.mark.parametrize("loop", ["tape", "fit"])
def test_a_script_gets_the_results_of_its_run(
    architecture: str, epochs: int, loop: str, small_mnist_dir: Path, tmp_path: Path
) -> None:
    result = run(
        Experiment(dataset="mnist", architecture=architecture, train=TrainSettings(epochs=epochs)),
        host=PluginHost(third_party=False),
        data_dir=small_mnist_dir,
        runs_dir=tmp_path,
        progress=False,
    )
    file = tmp_path / "train.py"
    write_code(result.folder, loop=loop, to=file)
    command = [sys.executable, "-c", _WITHOUT_CONVLAB, str(file)]
    output = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    def printed(line: str) -> dict[str, float]:
        return {
            name: float(value) for name, value in re.findall(r"((?:val_)?(?:loss|accuracy)):? ([\d.]+)", line)
        }

    *trained, test = [found for line in output.splitlines() if len(found := printed(line)) >= 2]
    records = [json.loads(line) for line in (result.folder / "metrics.jsonl").read_text().splitlines()]
    assert len(trained) == len(records) == epochs
    for found, record in zip(trained, records, strict=True):
        assert found == pytest.approx({name: record[name] for name in found}, abs=5e-4)
        assert set(found) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert test == pytest.approx(result.test, abs=5e-4)
