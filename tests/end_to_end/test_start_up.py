"""Commands that do not train start quickly because they import no large libraries."""

import subprocess
import sys
from pathlib import Path

import pytest

LARGE = {"tensorflow", "keras", "sklearn", "matplotlib", "jinja2"}

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
    ("arguments", "expected_import"),
    [
        (["-c", "import convlab"], "convlab"),
        (["-c", "from convlab import *"], "convlab.host.plugin_host"),
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
        (["-m", "convlab", "report", "last"], "convlab.reporting.report"),
        (["-m", "convlab", "run", "-a", "unknown"], "convlab.experiment.resolution"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_that_does_not_train_imports_no_large_library(
    tmp_path: Path, arguments: list[str], expected_import: str
) -> None:
    (tmp_path / "mine.py").write_text(PLUGIN, encoding="utf-8")
    finished = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    lines = [line for line in finished.stderr.splitlines() if line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip() for line in lines}
    assert expected_import in imported
    assert not {module for module in imported if module.partition(".")[0] in LARGE}


def test_tensorflow_warnings_after_start_up_still_reach_the_terminal() -> None:
    script = (
        "from convlab.system.tensorflow_start import start_tensorflow; start_tensorflow(); "
        "import tensorflow as tf; tf.get_logger().warning('take care')"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    assert finished.stderr.count("take care") == 1
    assert "Logging error" not in finished.stderr


def test_importing_convlab_imports_no_submodule() -> None:
    script = "import convlab, sys; print(*sorted(name for name in sys.modules if name.startswith('convlab')))"
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    assert finished.stdout.split() == ["convlab"]


def test_every_public_name_can_be_imported_and_is_not_shadowed_by_a_submodule() -> None:
    script = (
        "import convlab.data.arrays, convlab, types; "
        "exported = {name: getattr(convlab, name) for name in convlab.__all__}; "
        "print(*sorted(name for name, value in exported.items() if isinstance(value, types.ModuleType)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    assert finished.stdout.split() == ["data", "doctor"]
