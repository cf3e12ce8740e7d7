"""Commands that do not train start quickly: they import none of the large libraries."""

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
        (["-m", "convlab", "run", "-a", "nothing"], "convlab.experiment.resolution"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_that_does_not_train_does_not_import_tensorflow(
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


def test_what_tensorflow_logs_later_still_reaches_the_terminal() -> None:
    script = (
        "from convlab.system.tensorflow_start import start_tensorflow; start_tensorflow(); "
        "import tensorflow as tf; tf.get_logger().warning('take care')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stderr.count("take care") == 1
    assert "Logging error" not in done.stderr


def test_importing_convlab_imports_none_of_its_modules() -> None:
    script = "import convlab, sys; print(*sorted(name for name in sys.modules if name.startswith('convlab')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == ["convlab"]


def test_every_public_name_can_be_imported_and_none_is_shadowed_by_a_module() -> None:
    script = (
        "import convlab.data.arrays, convlab, types; "
        "found = {name: getattr(convlab, name) for name in convlab.__all__}; "
        "print(*sorted(name for name, value in found.items() if isinstance(value, types.ModuleType)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == ["data", "doctor"]
