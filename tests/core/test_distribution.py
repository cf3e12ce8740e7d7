"""The name that pip installs is convlab's own: ``convlab`` on the package index is another project."""

import re
import subprocess
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest

from convlab import create_package
from convlab.version import DISTRIBUTION

ROOT = Path(__file__).resolve().parents[2]
NAME = r"(?<![\w./-])convlab(?![\w./-])"
# Not "pip install convlab-tinynet", "pip install ./convlab" or a Python list named convlab.
OTHERS = re.compile(
    rf"pip install [^\n|&`\"]*?{NAME}|{NAME}\\?\[[a-z]|[\"']{NAME} *[<>=~!]="
    rf"|dependencies = \[[^\]]*[\"']{NAME}[\"']"
)
TEXTS = (".py", ".md", ".toml", ".template", ".yml", ".cff", "")
THESE = ("CHANGELOG.md", "tests/core/test_distribution.py")


def test_nothing_tells_anybody_to_install_another_project() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    files = [ROOT / name for name in listed.stdout.splitlines() if name not in THESE]
    if not files:
        pytest.skip("not a checkout of the repository")
    texts = {
        file: file.read_text(encoding="utf-8") for file in files if file.suffix in TEXTS and file.is_file()
    }
    assert {(file, match[0]) for file, text in texts.items() for match in OTHERS.finditer(text)} == set()


@pytest.mark.parametrize(
    "wrong", ["pip install convlab", "'convlab[onnx]'", 'dependencies = ["convlab"]', '"convlab>=1"']
)
def test_the_scan_finds_the_other_name(wrong: str) -> None:
    assert OTHERS.search(wrong)
    assert not OTHERS.search(wrong.replace("convlab", DISTRIBUTION))


def test_new_packages_and_the_example_depend_on_the_distribution(tmp_path: Path) -> None:
    created = create_package("architecture", "tinynet", to=tmp_path).folder
    for folder in (created, ROOT / "examples" / "convlab-resnet"):
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert [re.split("[<>=]", each)[0] for each in project["dependencies"]] == [DISTRIBUTION]


def test_the_installed_metadata_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == DISTRIBUTION
    assert any(each.startswith("tensorflow") for each in requires(DISTRIBUTION) or ())
