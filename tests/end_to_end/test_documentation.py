"""Every command and every Python block in the documentation runs."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from convlab import Experiment
from convlab.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def commands(page: Path) -> list[list[str]]:
    lines = [line for block in blocks(page, "bash") for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("convlab ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run_in_its_order(
    page: Path, tmp_path: Path, small_mnist_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = shutil.copytree(small_mnist_dir, tmp_path.with_name(f"{tmp_path.name}-data"))  # pages write to it
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(data))
    for block in blocks(page, "python"):
        if file := re.match(r"# (\w+\.py)\n", block):
            Path(file[1]).write_text(block, encoding="utf-8")
        else:
            exec(compile(block, str(page), "exec"), {})
    for command in commands(page):
        done = CliRunner().invoke(app, command[1:])
        assert done.exit_code == 0, f"{shlex.join(command)}\n{done.output}"


def test_the_experiment_that_the_documentation_shows_is_the_one_that_is_printed() -> None:
    page = ROOT / "docs" / "experiments.md"
    shown = next(block for block in blocks(page, "toml") if block.startswith("dataset"))
    command = next(command for command in commands(page) if "--print-config" in command)
    assert CliRunner().invoke(app, command[1:]).stdout == shown


def test_the_table_of_keys_is_complete_and_its_defaults_are_true() -> None:
    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \|[^|]*\| ([^|]*) \|", page, re.MULTILINE))
    experiment = Experiment()
    for section in ("data", "train"):
        for key, default in getattr(experiment, section).model_dump().items():
            shown = rows[f"{section}.{key}"].strip("`")
            assert default is None or shown in (str(default), str(default).lower()), f"{section}.{key}"


def test_the_readme_marks_the_two_commands_that_set_everything_up() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    marked = re.findall(r"^<!-- \.ci/run -->\n```bash\n(.*)\n```", readme, re.MULTILINE)
    assert marked == ["pip install . && convlab run", 'pip install ".[test]" && pytest']
