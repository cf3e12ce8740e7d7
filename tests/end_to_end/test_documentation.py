"""Every command and every Python block in the documentation runs."""

import importlib.util
import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from convlab import DataSettings, Experiment, TrainSettings
from convlab.cli.app import app
from convlab.parts import Part, provided_types

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def commands(page: Path) -> list[list[str]]:
    lines = [line for block in blocks(page, "bash") for line in block.splitlines()]
    return [
        shlex.split(line, comments=True) for line in lines if line.startswith(("convlab ", "pip install ./"))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run_in_order(
    page: Path, tmp_path: Path, small_mnist_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = shutil.copytree(
        small_mnist_dir, tmp_path.with_name(f"{tmp_path.name}-data")
    )  # the commands write to it
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(data))
    for block in blocks(page, "python"):
        if file := re.match(r"# (\w+\.py)\n", block):
            Path(file[1]).write_text(block, encoding="utf-8")
        else:
            exec(compile(block, str(page), "exec"), {})
    for command in commands(page):
        if command[0] == "pip":
            pip_install(command[2], tmp_path / "site-packages", monkeypatch)
            continue
        result = CliRunner().invoke(app, command[1:])
        assert result.exit_code == 0, f"{shlex.join(command)}\n{result.output}"


def pip_install(package: str, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package where this process can import it, without internet access."""
    pytest.importorskip("pip")
    pytest.importorskip("hatchling")
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *offline, package], check=True)
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]))


def test_the_reference_page_is_up_to_date(reference: ModuleType) -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "run: python docs/reference.py"


def test_every_hook_field_and_setting_is_documented(reference: ModuleType) -> None:
    for part_type in provided_types():
        assert "Example::" in (inspect.getdoc(part_type) or ""), part_type.__name__
        assert all(meaning for *_, meaning in reference.fields(part_type)), part_type.__name__
    for section in (Experiment, DataSettings, TrainSettings):
        assert all(meaning for *_, meaning in reference.settings(section)), section.__name__


def test_an_undocumented_field_is_detected(reference: ModuleType) -> None:
    @dataclass(frozen=True, kw_only=True)
    class Schedule(Part):
        """A schedule.

        Attributes:
            build: creates the schedule,
                described in two lines.
        """

        build: Callable[..., Any]
        undocumented: int = 3

    meanings = {name.strip("`"): meaning for name, *_, meaning in reference.fields(Schedule)}
    assert meanings["summary"] == "the one line that ``convlab list`` shows."
    assert meanings["build"] == "creates the schedule, described in two lines."
    assert meanings["undocumented"] == ""


def test_the_page_of_results_is_up_to_date() -> None:
    results = script("results")
    assert results.PAGE.read_text(encoding="utf-8") == results.page(), "run: python docs/results.py"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The script that generates the reference page."""
    return script("reference")


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documented_experiment_is_what_print_config_prints() -> None:
    page = ROOT / "docs" / "experiments.md"
    documented = next(block for block in blocks(page, "toml") if block.startswith("dataset"))
    command = next(command for command in commands(page) if "--print-config" in command)
    assert CliRunner().invoke(app, command[1:]).stdout == documented


def test_the_table_of_settings_is_complete_and_its_defaults_are_correct() -> None:
    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \|[^|]*\| ([^|]*) \|", page, re.MULTILINE))
    experiment = Experiment()
    for section in ("data", "train"):
        for key, default in getattr(experiment, section).model_dump().items():
            documented = rows[f"{section}.{key}"].strip("`")
            assert default is None or documented in (str(default), str(default).lower()), f"{section}.{key}"


def test_the_readme_marks_the_install_and_the_test_command_for_ci() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    marked_commands = re.findall(r"^<!-- \.ci/run -->\n```bash\n(.*)\n```", readme, re.MULTILINE)
    assert marked_commands == ["pip install . && convlab run", 'pip install ".[test]" && pytest']
