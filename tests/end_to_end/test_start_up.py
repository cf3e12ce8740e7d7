"""What trains nothing starts quickly: it imports none of the large libraries."""

import subprocess
import sys
from pathlib import Path

import pytest

LARGE = {"tensorflow", "keras", "sklearn"}

PLUGIN = """
from convlab import Metric, hookimpl

def build(num_classes, options):
    import keras
    return keras.metrics.SparseCategoricalAccuracy()

@hookimpl
def convlab_metrics():
    return [Metric(name="mine", summary="A metric", build=build)]
"""


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["-c", "import convlab"], "convlab.host.plugin_host"),
        (["-m", "convlab", "--help"], "convlab.cli.app"),
        (["-m", "convlab", "--version"], "convlab.cli.app"),
        (["-m", "convlab", "list"], "convlab_datasets.digits"),
        (["-m", "convlab", "show", "architecture", "cnn"], "convlab_architectures.cnn"),
        (["-m", "convlab", "plugins", "--plugin", "mine.py"], "convlab_plugins.adam"),
        (["-m", "convlab", "run", "--help"], "convlab.cli.commands.run"),
        (["-m", "convlab", "run", "--print-config"], "convlab.experiment.resolution"),
        (["-m", "convlab", "runs"], "convlab.runs.listing"),
        (["-m", "convlab", "show-run", "last"], "convlab.runs.description"),
        (["-m", "convlab", "export", "last", "-f", "onnx"], "convlab.use.export_formats"),
        (["-m", "convlab", "run", "-a", "nothing"], "convlab.experiment.resolution"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_trains_nothing_imports_what_it_needs_and_no_tensorflow(
    tmp_path: Path, arguments: list[str], needed: str
) -> None:
    (tmp_path / "mine.py").write_text(PLUGIN, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip() for line in lines}
    assert needed in imported
    assert not {module for module in imported if module.partition(".")[0] in LARGE}


def test_what_tensorflow_says_later_still_reaches_the_terminal() -> None:
    script = (
        "from convlab.system.tensorflow_start import start_tensorflow; start_tensorflow(); "
        "import tensorflow as tf; tf.get_logger().warning('take care')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stderr.count("take care") == 1
    assert "Logging error" not in done.stderr
