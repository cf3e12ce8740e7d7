"""The output of ``convlab runs`` and ``convlab show-run``."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from convlab.cli.app import app


def convlab(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.stderr


def test_runs_prints_one_line_per_run(runs_dir: Path) -> None:
    head, *lines, looks = convlab("runs", "--runs-dir", str(runs_dir)).splitlines()
    assert looks == "test sets looked at: digits with 2 models"
    columns = ("run", "age", "dataset", "architecture", "epochs", "val", "accuracy", "time", "size", "state")
    assert head.split() == [*columns]
    assert [line.split()[0] for line in lines] == ["customized", "plain"]
    assert "doubling.py:doubling" in lines[0]
    assert all(line.endswith("finished") for line in lines)
    summary = json.loads((runs_dir / "plain" / "summary.json").read_text(encoding="utf-8"))
    assert f" {summary['epochs'][-1]['val_accuracy']:.4f} " in lines[1]
    assert f"{summary['test']['accuracy']:.4f}" not in lines[1], "the list shows test results"

    (listed,) = json.loads(convlab("runs", "-a", "mlp", "--json", "--runs-dir", str(runs_dir)))
    assert listed["run"] == str(runs_dir / "plain")
    assert listed["test"] == summary["test"]


def test_long_names_do_not_wrap(runs_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(runs_dir / "plain", tmp_path / ("long" * 60))
    assert len(convlab("runs", "--runs-dir", str(tmp_path)).splitlines()) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are not valid UTF-8")
def test_a_name_that_is_not_utf_8_is_shown_escaped_and_printed_whole_in_json(
    runs_dir: Path, tmp_path: Path
) -> None:
    run = os.fsdecode(os.fsencode(tmp_path) + b"/b\xffd")
    shutil.copytree(runs_dir / "plain", run)
    assert r"b\udcffd" in convlab("runs", "--runs-dir", str(tmp_path))
    assert r"b\udcffd" in convlab("show-run", run, "--no-plugins")
    (listed,) = json.loads(convlab("runs", "--json", "--runs-dir", str(tmp_path)))
    assert listed["run"] == run
    assert json.loads(convlab("show-run", run, "--json"))["run"] == run
    assert json.loads(convlab("evaluate", run, "--json"))["run"] == run


def test_without_runs_the_output_says_how_to_start_one(tmp_path: Path) -> None:
    assert "There are no runs in" in convlab("runs", "--runs-dir", str(tmp_path))
    assert convlab("runs", "--json", "--runs-dir", str(tmp_path / "nowhere")) == "[]\n"


def test_show_run_shows_changed_settings_metrics_and_files(runs_dir: Path) -> None:
    page = convlab("show-run", "plain", "--runs-dir", str(runs_dir))
    assert "train.epochs=1, train.max_steps=10" in page
    assert "learning_rate" not in page, "the optimizer's default was not changed"
    for shown in ("85,002", "tape loop", "val_accuracy", "model.keras (", "convlab predict"):
        assert shown in page
    described = json.loads(convlab("show-run", "plain", "--json", "--runs-dir", str(runs_dir)))
    assert described["changed"] == {"train.epochs": 1, "train.max_steps": 10}
    assert described["damage"] == []


def test_show_run_prints_plugin_files_without_executing_them(runs_dir: Path) -> None:
    log = runs_dir.parent / "executed.log"
    before = log.read_text(encoding="utf-8")
    page = convlab("show-run", "customized", "--code", "--runs-dir", str(runs_dir))
    assert "# doubling.py" in page
    assert "class Double(keras.layers.Layer):" in page
    assert "doubling.py:doubling sha256:" in convlab("show-run", "customized", "--runs-dir", str(runs_dir))
    assert log.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("file", ["summary.json", "environment.json", "experiment.toml", "metrics.jsonl"])
def test_show_run_reports_a_damaged_file_and_shows_the_rest(
    runs_dir: Path, tmp_path: Path, file: str
) -> None:
    shutil.copytree(runs_dir / "plain", tmp_path / "bad")
    (tmp_path / "bad" / file).write_text("{\n", encoding="utf-8")
    described = json.loads(convlab("show-run", "bad", "--json", "--runs-dir", str(tmp_path)))
    (damage,) = described["damage"]
    assert file in damage
    assert "damaged" in convlab("show-run", "bad", "--runs-dir", str(tmp_path))


def test_control_characters_in_a_run_s_files_are_escaped(runs_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(runs_dir / "customized", tmp_path / "bad")
    environment = (tmp_path / "bad" / "environment.json").read_text(encoding="utf-8")
    hostile = environment.replace("import keras", r"\u001b[2J\u001b]0;title\u0007 [bold]")
    (tmp_path / "bad" / "environment.json").write_text(hostile, encoding="utf-8")
    page = convlab("show-run", "bad", "--code", "--runs-dir", str(tmp_path))
    assert r"\x1b[2J\x1b]0;title\x07 [bold]" in page
    assert "\x1b" not in page
