"""Text of others cannot control the terminal, wherever it comes from and whatever prints it."""

import io
import json
import re
import shutil
import sys
import unicodedata
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convlab.cli.app import app
from convlab.cli.errors import run_app
from convlab.cli.messages import show_warning

# Clears the screen, sets the title, moves the cursor, reverses the text and looks like rich's markup.
HOSTILE = "\x1b[2J\x1b]0;title\x07\x9b3A\u202etxt\u2066\u200b[bold]B[/][/]"
ARGUMENT = HOSTILE.replace("/", "")
# What convlab itself and rich may send: colours, the cursor's visibility and the erasing of lines.
OWN_CODES = re.compile(r"\x1b\[[\d;]*m|\x1b\[\?25[hl]|\x1b\[[\d]*[AK]|\r")
UNSAFE = ("Cc", "Cf", "Cs")

PLUGIN = """
import warnings
from dataclasses import dataclass
from typing import Literal
import numpy as np
from convlab import Architecture, Dataset, ImageData, Metric, Optimizer, Tracker, hookimpl

H = {hostile!r}
warnings.warn(H)

@dataclass(frozen=True)
class Options:
    mode: Literal[{hostile!r}, "b"] = "b"
    \"\"\"Some {plain}.\"\"\"
    text: str = H

def load(source, options):
    split = np.arange(40 * 64, dtype=np.uint8).reshape(40, 8, 8, 1), np.arange(40) % 2
    other = 255 - split[0], split[1]
    return ImageData(train=split, test=other, class_names=["a" + H, "b" + H])

def build(input_shape, num_classes, options):
    import keras
    layers = [keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(num_classes)]
    return keras.Sequential(layers)

def fail(*arguments):
    raise ValueError(H)

def metric(num_classes, options):
    import keras
    return keras.metrics.SparseCategoricalAccuracy(name="m" + H)

@hookimpl
def convlab_datasets():
    return [Dataset(name="hostile", summary=H, load=load, options=Options),
            Dataset(name="failing", summary=H, load=fail)]

@hookimpl
def convlab_architectures():
    return [Architecture(name="hostile", summary=H, build=build, options=Options),
            Architecture(name="failing", summary=H, build=fail)]

@hookimpl
def convlab_optimizers():
    return [Optimizer(name=H, summary=H, build=build)]

@hookimpl
def convlab_metrics():
    return [Metric(name="hostile", summary=H, build=metric)]

@hookimpl
def convlab_trackers():
    return [Tracker(name="failing", summary=H, start=fail)]
"""


class Terminal(io.StringIO):
    """Standard output and standard error of a wide terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def home(tmp_path: Path, runs_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a hostile plugin, hostile images and hostile runs, in which commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "500")
    Path("hostile.py").write_text(PLUGIN.format(hostile=HOSTILE, plain="text"), encoding="utf-8")
    Path(f"{ARGUMENT}.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    random = np.random.default_rng(0)
    for split in ("train", "test"):
        for label in (f"a{ARGUMENT}", f"b{ARGUMENT}"):
            folder = Path("photos", split, label)
            folder.mkdir(parents=True)
            for number in range(6):
                image = Image.fromarray(random.integers(0, 255, (8, 8), dtype=np.uint8))
                image.save(folder / f"{number}{ARGUMENT}.png", "PNG")
    Path("photos", "train", f"a{ARGUMENT}", f"broken{ARGUMENT}.png").write_bytes(b"no image")
    shutil.copytree(runs_dir / "plain", tmp_path / "runs" / ARGUMENT)
    for file in ("environment.json", "summary.json"):
        _poison(tmp_path / "runs" / ARGUMENT / file)
    shutil.copytree(runs_dir / "plain", tmp_path / "runs" / "stopped")
    (tmp_path / "runs" / "stopped" / "summary.json").unlink()
    stopped = {"state": "failed", "message": HOSTILE}
    (tmp_path / "runs" / "stopped" / "stopped.json").write_text(json.dumps(stopped), encoding="utf-8")
    return tmp_path


def _poison(file: Path) -> None:
    """Make every text and key of a JSON file hostile."""

    def poisoned(value: object) -> object:
        if isinstance(value, dict):
            return {f"{key}": poisoned(item) for key, item in value.items()} | {HOSTILE: 1}
        if isinstance(value, list):
            return [poisoned(item) for item in value]
        return value + HOSTILE if isinstance(value, str) and "T" not in value else value

    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(poisoned(content)), encoding="utf-8")


def on_a_terminal(*arguments: str) -> str:
    terminal = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warnings, "showwarning", show_warning)
        patch.setattr(sys, "argv", ["convlab", *arguments])
        patch.setattr(sys, "stdout", terminal)
        patch.setattr(sys, "stderr", terminal)
        run_app(app)
    return terminal.getvalue()


PLUGIN_FILE = ["--plugin", "hostile.py"]
TRAIN = ["run", "-e", "1", "--batch-size", "4", "-s", "data.validation=0", *PLUGIN_FILE]
PHOTOS = ["folder", "-s", "dataset.path=photos"]
FLAGS = ("-d", "-a", "-o", "-m", "-t", "-s", "--loop", "--name", "--plugin", "--runs-dir")


def commands_that_do_not_train() -> Iterator[list[str]]:
    """Yield commands that all print some of the hostile text."""
    yield from (["list", *PLUGIN_FILE], ["show", "architecture", "hostile", *PLUGIN_FILE])
    yield from (["plugins", *PLUGIN_FILE], ["plugins", "--plugin", f"{ARGUMENT}.py"])
    yield from (["list", "--plugin", f"{ARGUMENT}.py"], ["data", "list", *PLUGIN_FILE])
    yield from (["data", "show", "hostile", *PLUGIN_FILE], ["data", "show", *PHOTOS])
    yield from (["data", "verify", "hostile", "failing", *PLUGIN_FILE], ["data", "verify", *PHOTOS])
    yield from (["runs"], ["runs", "--json"], ["show-run", ARGUMENT], ["show-run", ARGUMENT, "--json"])
    yield from (["report", ARGUMENT], ["plot", HOSTILE, "--to", "a.png"], ["code", HOSTILE])
    yield from (["show-run", "stopped"], ["show-run", HOSTILE], ["export", HOSTILE, "-f", "onnx"])
    yield from (["run", flag, HOSTILE] for flag in FLAGS)
    yield from (["run", "-s", f"train.{HOSTILE}=1"], ["run", "-s", f"{HOSTILE}.a=1"], ["run", HOSTILE])
    yield ["run", "--print-config", "-d", "folder", "-s", f"dataset.path={HOSTILE}"]
    yield from ([HOSTILE], [f"--{HOSTILE}"], ["show", HOSTILE, "a"], ["show", "metric", HOSTILE])
    yield from (["new", HOSTILE, "a"], ["new", "metric", HOSTILE], ["check", HOSTILE])
    yield from (["data", "fetch", HOSTILE], ["data", "import", "mnist", HOSTILE])


def commands_that_train() -> Iterator[list[str]]:
    """Yield commands that all print some of the hostile text, in an order in which they work."""
    parts = ["-d", "hostile", "-a", "hostile"]
    yield [*TRAIN, *parts, "-m", "hostile", "-t", "failing", "--name", "first"]
    yield from (["evaluate", "first", *PLUGIN_FILE], ["show-run", "first"], ["resume", "first", "-e", "2"])
    yield from (["predict", "first", "photos", *PLUGIN_FILE], ["predict", "first", HOSTILE])
    yield from ([*TRAIN, "-a", "failing"], [*TRAIN, "-d", "failing"], [*TRAIN, "-a", HOSTILE])
    yield from ([*TRAIN, "-d", *PHOTOS, "--name", "photos"], ["evaluate", "photos"])
    yield from (["doctor", *parts, *PLUGIN_FILE], ["doctor", "-d", "failing", *PLUGIN_FILE])
    yield from (["check", "hostile.py"], ["export", "first", "-f", HOSTILE])
    yield from (["evaluate", ARGUMENT], ["resume", ARGUMENT])


def prints_hostile_text(arguments: list[str]) -> bool:
    """Check what a command prints, and return whether it contains the hostile text, made visible."""
    printed = OWN_CODES.sub("", on_a_terminal(*arguments))
    unsafe = {char for char in printed if unicodedata.category(char) in UNSAFE} - {"\n"}
    assert not unsafe, (arguments, printed)
    assert printed.count(r"\u202etxt") == printed.count("[bold]B["), (arguments, printed)
    assert "Traceback" not in printed or arguments[0] == "plugins", printed
    return r"\u202etxt" in printed


@pytest.mark.slow
def test_no_text_of_others_controls_the_terminal(home: Path) -> None:
    silent = [each for each in commands_that_do_not_train() if not prints_hostile_text(each)]
    assert silent == [], "the text does not reach what is tested"


@pytest.mark.slow
def test_no_text_of_others_controls_the_terminal_during_training(home: Path) -> None:
    silent = [each for each in commands_that_train() if not prints_hostile_text(each)]
    assert silent == [], "the text does not reach what is tested"


VARIABLES = (
    "DATASET",
    "ARCHITECTURE",
    "METRICS",
    "EPOCHS",
    "SET",
    "RUNS_DIR",
    "DATA_DIR",
    "LOOP",
    "BLOCK_PLUGINS",
)


@pytest.mark.parametrize("variable", VARIABLES)
def test_no_variable_controls_the_terminal(
    home: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"CONVLAB_{variable}", HOSTILE)
    for command in ("run --print-config", "data list", "runs", "show-run last", "plugins"):
        prints_hostile_text(command.split())
