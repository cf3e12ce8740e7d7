"""Packages created by ``convlab new`` work when installed with pip in a fresh environment."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from convlab import create_package

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "convlab-resnet"
NEW = (
    ("architecture", "tinynet"),
    ("dataset", "shapes"),
    ("augmentation", "noise"),
    ("loss", "brier"),
    ("optimizer", "signs"),
    ("schedule", "triangle"),
    ("metric", "calibration"),
    ("tracker", "table"),
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A new package of each kind."""
    folder = tmp_path_factory.mktemp("packages")
    return [create_package(kind, name, to=folder).folder for kind, name in NEW]


@pytest.fixture(scope="module")
def python(packages: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment, which shares the installed TensorFlow to save minutes."""
    pytest.importorskip("pip")
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("fresh") / "environment"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts, site = (
        sysconfig.get_path(path, "venv", vars={"base": str(folder), "platbase": str(folder)})
        for path in ("scripts", "purelib")
    )
    shared = "; ".join(f"site.addsitedir({path!r})" for path in sys.path if path.endswith("site-packages"))
    (Path(site) / "shared.pth").write_text(f"import site; {shared}\n", encoding="utf-8")
    python = Path(scripts) / Path(sys.executable).name
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--quiet")
    run(Path(sys.executable), "-m", "pip", "--python", python, "install", *offline, *packages, EXAMPLE)
    return python


def test_the_parts_of_the_packages_are_discovered(python: Path) -> None:
    listed = json.loads(run(python, "-m", "convlab", "list", "--json"))
    third_party = {part["qualified_name"]: part["kind"] for part in listed if part["provider"] != "convlab"}
    assert third_party == {
        **{f"convlab-{name}:{name}": kind for kind, name in NEW},
        "convlab-resnet:resnet20": "architecture",
        "convlab-resnet:resnet32": "architecture",
        "convlab-resnet:wide_resnet": "architecture",
    }


def test_the_new_packages_pass_their_own_tests_including_every_check(
    python: Path, packages: list[Path]
) -> None:
    tests: list[object] = [package / "tests" for package in packages]
    # The documentation tests already run `convlab check tinynet`, the slowest of these.
    tests += ["--ignore", packages[0] / "tests" / "test_conformance.py"]
    settings = ("-q", "--import-mode=importlib", "--no-header", "-p", "no:cacheprovider", "-W", "ignore")
    output = run(python, "-m", "pytest", *settings, f"--rootdir={packages[0].parent}", *tests)
    last_paragraph = output.rpartition("\n\n")[2] or output
    assert " passed" in last_paragraph
    assert "failed" not in last_paragraph


def test_one_new_part_of_each_kind_trains_in_one_run(python: Path, tmp_path: Path) -> None:
    parts = (
        "-d",
        "shapes",
        "-a",
        "tinynet",
        "-o",
        "signs",
        "-m",
        "accuracy",
        "-m",
        "calibration",
        "-t",
        "table",
    )
    settings = ("-s", "dataset.size=16", "--max-steps", "20", "--json", "--quiet", "--runs-dir", tmp_path)
    summary = json.loads(run(python, "-m", "convlab", "run", *parts, *settings))
    assert summary["experiment"]["architecture"] == "convlab-tinynet:tinynet"
    assert summary["experiment"]["optimizer"] == "convlab-signs:signs"
    assert summary["epochs"][-1]["accuracy"] > 0.3
    assert 0 < summary["test"]["calibration"] < 1
    assert (Path(summary["run"]) / "epochs.csv").read_text(encoding="utf-8").startswith("epoch,seconds,")


def run(python: Path, *arguments: object) -> str:
    """Run Python in its own process and return the output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONVLAB_")}
    finished = subprocess.run(
        [python, *map(str, arguments)], env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout
