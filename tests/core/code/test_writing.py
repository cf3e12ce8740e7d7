"""``convlab code`` writes a script or a notebook, and replaces nothing unasked."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from convlab import ConfigError, ExportError, Run, RunFolderError, open_run, write_code
from convlab.cli.app import app
from convlab.code.writing import _refuse


def test_a_script_is_printed_or_written(short_run: Run, tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    arguments = ["code", "short", "--runs-dir", str(short_run.folder.parent)]
    printed = CliRunner().invoke(app, arguments)
    written = CliRunner().invoke(app, [*arguments, "--to", str(file)])
    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert file.read_text(encoding="utf-8") == printed.stdout
    assert "layers.Dropout(0.1)" in printed.stdout


def test_an_existing_file_is_replaced_only_with_force(short_run: Run, tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="exists; choose another `to`, or set `force`"):
        write_code(short_run.folder, to=file)
    assert file.read_text(encoding="utf-8") == "mine"
    assert write_code(short_run.folder, to=file, force=True) == file.read_text(encoding="utf-8")
    for name in (tmp_path / "train.txt", tmp_path / "train"):
        with pytest.raises(ConfigError, match=r"expected a file that ends in \.py or \.ipynb"):
            write_code(short_run.folder, to=name)


def test_a_notebook_has_the_code_of_the_script_in_sections(short_run: Run, tmp_path: Path) -> None:
    cells = json.loads(write_code(short_run.folder, loop="fit", to=tmp_path / "train.ipynb"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    headings = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert [heading.split("\n")[0][:5] for heading in headings] == [
        "# Tra",
        *(f"## {n}" + "." for n in "12345"),
    ]
    script = write_code(short_run.folder, loop="fit")
    assert [line for line in "\n".join(code).split("\n") if line.strip()] == [
        line
        for line in script.partition('"""\n\n')[2].split("\n")
        if line.strip() and not any(line == f"# {heading[3:]}" for heading in headings)
    ]


def test_an_unknown_loop_and_an_unfinished_run_are_refused(short_run: Run, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`loop`: unknown loop 'tap'; did you mean 'tape'"):
        write_code(short_run.folder, loop="tap")
    summary = (short_run.folder / "summary.json").rename(tmp_path / "summary.json")
    try:
        with pytest.raises(RunFolderError, match="not finished"):
            write_code(short_run.folder)
    finally:
        summary.rename(short_run.folder / "summary.json")


@pytest.mark.parametrize(
    ("settings", "summary", "message"),
    [
        ({"augment": ("flip",)}, {}, "augmentations have code of their own"),
        ({"dataset": "arrays"}, {}, "arrays passed from Python"),
        ({}, {"stop_reason": "max_seconds"}, "stopped by the clock"),
        ({}, {"resumed": [{"changed": {"epochs": 2}}]}, "settings changed when it was resumed"),
    ],
)
def test_a_run_that_a_script_cannot_repeat_is_refused(
    settings: dict[str, Any], summary: dict[str, Any], message: str, short_run: Run
) -> None:
    recorded = open_run(short_run.folder)
    changed = replace(recorded, experiment=recorded.experiment.model_copy(update=settings))
    with pytest.raises(ExportError, match=message):
        _refuse(changed, summary)
