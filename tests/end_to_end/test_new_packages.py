"""Packages that ``convlab new`` creates, installed by pip in a fresh environment with the example package."""

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
    ("optimizer", "signs"),
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
    """The Python of a fresh environment that shares this one's TensorFlow, which saves minutes."""
    pytest.importorskip("pip")
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("fresh") / "environment"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts, site = (
        sysconfig.get_path(path, "venv", vars={"base": str(folder), "platbase": str(folder)})
        for path in ("scripts", "purelib")
    )
    beside = "; ".join(f"site.addsitedir({path!r})" for path in sys.path if path.endswith("site-packages"))
    (Path(site) / "beside.pth").write_text(f"import site; {beside}\n", encoding="utf-8")
    python = Path(scripts) / Path(sys.executable).name
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--quiet")
    run(Path(sys.executable), "-m", "pip", "--python", python, "install", *offline, *packages, EXAMPLE)
    return python


def test_the_packages_are_discovered_with_their_parts(python: Path) -> None:
    listed = json.loads(run(python, "-m", "convlab", "list", "--json"))
    found = {part["qualified_name"]: part["kind"] for part in listed if part["provider"] != "convlab"}
    assert found == {
        **{f"convlab-{name}:{name}": kind for kind, name in NEW},
        "convlab-resnet:resnet20": "architecture",
        "convlab-resnet:resnet32": "architecture",
        "convlab-resnet:wide_resnet": "architecture",
    }


def test_the_new_packages_pass_their_own_tests_which_include_every_check(
    python: Path, packages: list[Path]
) -> None:
    tests: list[object] = [package / "tests" for package in packages]
    # Tests of the documentation run `convlab check tinynet`, which is the slowest.
    tests += ["--ignore", packages[0] / "tests" / "test_conformance.py"]
    settings = ("-q", "--import-mode=importlib", "--no-header", "-p", "no:cacheprovider", "-W", "ignore")
    told = run(python, "-m", "pytest", *settings, f"--rootdir={packages[0].parent}", *tests)
    passed = told.rpartition("\n\n")[2] or told
    assert " passed" in passed
    assert "failed" not in passed


def test_one_part_of_each_kind_trains_with_the_others(python: Path, tmp_path: Path) -> None:
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
    trained = json.loads(run(python, "-m", "convlab", "run", *parts, *settings))
    assert trained["experiment"]["architecture"] == "convlab-tinynet:tinynet"
    assert trained["experiment"]["optimizer"] == "convlab-signs:signs"
    assert trained["epochs"][-1]["accuracy"] > 0.3
    assert 0 < trained["test"]["calibration"] < 1
    assert (Path(trained["run"]) / "epochs.csv").read_text(encoding="utf-8").startswith("epoch,seconds,")


def run(python: Path, *arguments: object) -> str:
    """Run Python in a process of its own and return its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONVLAB_")}
    done = subprocess.run(
        [python, *map(str, arguments)], env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
