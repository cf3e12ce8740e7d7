"""Removing runs: whole names only, no run in progress, nothing behind a link."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from convlab import ConfigError, RunFolderError, annotate_run, list_runs, prune_runs, remove_runs
from convlab.cli.app import app
from convlab.runs import RunFolder

MakeRun = Callable[..., Path]


@pytest.fixture
def make_run(runs_dir: Path, tmp_path: Path) -> MakeRun:
    def make(name: str, accuracy: float | None = 0.5, **changed: object) -> Path:
        folder = tmp_path / "runs" / name
        shutil.copytree(runs_dir / "plain", folder, ignore=shutil.ignore_patterns("model.keras"))
        summary = json.loads((folder / "summary.json").read_bytes()) | changed
        summary["epochs"] = [{"epoch": 1, "val_accuracy": accuracy}]
        (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
        return folder

    return make


def names(runs_dir: Path) -> set[str]:
    return {path.name for path in runs_dir.glob("[!.]*")}


def test_a_run_is_removed_by_its_whole_name_or_folder(make_run: MakeRun, tmp_path: Path) -> None:
    home = make_run("first").parent
    make_run("second")
    make_run("third")
    with pytest.raises(ConfigError, match=r"did you mean 'first'. write the whole name"):
        remove_runs(["second", "fir"], runs_dir=home)
    assert names(home) == {"first", "second", "third"}
    assert remove_runs(["second", home / "third"], runs_dir=home) == [home / "second", home / "third"]
    assert names(home) == {"first"}


def test_a_run_in_use_and_what_is_not_a_run_are_not_removed(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("busy")
    other = make_run("other")
    for task in ("training", "exporting"):
        with RunFolder(run).locked(task), pytest.raises(RunFolderError, match=f"another process is {task}"):
            remove_runs([run])
    (tmp_path / "photos").mkdir()
    (link := tmp_path / "link").symlink_to(run, target_is_directory=True)
    for path, reason in {tmp_path / "photos": "is not a run folder", link: "is a link"}.items():
        with pytest.raises(RunFolderError, match=reason):
            remove_runs([other, path])
    assert (tmp_path / "photos").is_dir()
    assert names(run.parent) == {"busy", "other"}


def test_what_a_link_in_a_run_points_to_is_not_removed(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    (run / "exports").symlink_to(tmp_path / "precious", target_is_directory=True)
    remove_runs([run])
    assert not run.exists()
    assert (tmp_path / "precious" / "file").exists()


def test_pruning_keeps_the_best_of_each_dataset_and_annotated_runs(make_run: MakeRun) -> None:
    home = make_run("best", 0.9).parent
    make_run("second", 0.8)
    make_run("worst", 0.1)
    make_run("noted", 0.2)
    make_run("unknown", None)
    other = {"dataset": "mnist", "architecture": "cnn", "optimizer": "adam"}
    make_run("other", 0.1, experiment=other)
    (make_run("killed") / "summary.json").unlink()
    annotate_run("noted", note="a baseline", runs_dir=home)
    everything = names(home)
    assert {run.path.name for run in prune_runs(home, keep_best=2, dry_run=True)} == {"worst"}
    assert names(home) == everything
    prune_runs(home, keep_best=1, states=["interrupted"])
    assert names(home) == {"best", "noted", "unknown", "other"}
    for wrong in ({}, {"keep_best": 0}, {"states": ["running"]}, {"states": ["old"]}):
        with pytest.raises(ConfigError):
            prune_runs(home, **wrong)


def test_a_note_and_tags_are_listed_and_survive_a_damaged_record(make_run: MakeRun) -> None:
    home = make_run("run").parent
    annotate_run("run", note="with clean labels", add_tags=["paper", "v2"], runs_dir=home)
    run = annotate_run("run", remove_tags=["v2"], add_tags=["paper"], runs_dir=home)
    assert (run.note, run.tags) == ("with clean labels", ("paper",))
    assert list_runs(home, tag="paper") == list_runs(home)
    assert list_runs(home, tag="v2") == []
    with pytest.raises(ConfigError, match="is not a tag"):
        annotate_run("run", add_tags=["two words"], runs_dir=home)
    assert [file.name for file in (home / "run").iterdir() if file.name.startswith(".")] == []


def test_the_commands(make_run: MakeRun) -> None:
    home = make_run("first", 0.9).parent
    make_run("second")

    def convlab(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["runs", *arguments, "--runs-dir", str(home)])
        assert done.exit_code == code, done.output
        return done.output

    assert "#good" in convlab("tag", "first", "good")
    assert "the best" in convlab("note", "first", "the best")
    assert "the best #good" in convlab()
    assert "first" not in convlab("--tag", "bad")
    assert "would remove 1 runs" in convlab("prune", "--keep-best", "1", "--dry-run")
    assert "confirm it with --yes" in convlab("rm", "second", code=2)
    assert names(home) == {"first", "second"}
    assert "removed" in convlab("rm", "second", "--yes")
    assert names(home) == {"first"}
    wrong = CliRunner().invoke(app, ["runs", "--runs-dir", str(home), "rm", "first", "--yes"])
    assert wrong.exit_code == 2
    assert "--runs-dir is in the wrong place; write 'convlab runs rm …" in wrong.output
