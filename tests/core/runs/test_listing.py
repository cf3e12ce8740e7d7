"""Listing runs: every state, damaged files, filters and sort orders."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from convlab import ConfigError, find_run, list_runs
from convlab.runs import RunFolder


def copy_unfinished(run: Path, copy: Path) -> Path:
    shutil.copytree(run, copy, ignore=shutil.ignore_patterns("summary.json", "model.keras"))
    return copy


def write_finished(folder: Path, run: Path, **changed: Any) -> None:
    folder.mkdir()
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    (folder / "summary.json").write_text(json.dumps(summary | changed), encoding="utf-8")


def test_each_run_is_listed_in_its_state(runs_dir: Path, tmp_path: Path) -> None:
    plain = runs_dir / "plain"
    shutil.copytree(plain, tmp_path / "done")
    copy_unfinished(plain, tmp_path / "killed")
    for state in ("failed", "interrupted"):
        stopped = json.dumps({"state": state, "message": f"it was {state}"})
        (copy_unfinished(plain, tmp_path / state) / "stopped.json").write_text(stopped, encoding="utf-8")
    copy_unfinished(plain, tmp_path / "in progress")
    (tmp_path / "not a run").mkdir()
    (tmp_path / "file").touch()
    with RunFolder(tmp_path / "in progress").locked():
        runs = {run.path.name: run for run in list_runs(tmp_path)}
    assert {name: (run.state, run.message) for name, run in runs.items()} == {
        "done": ("finished", ""),
        "killed": ("interrupted", "killed"),
        "failed": ("failed", "it was failed"),
        "interrupted": ("interrupted", "it was interrupted"),
        "in progress": ("running", ""),
    }
    assert {run.dataset for run in runs.values()} == {"digits"}
    assert runs["killed"].epochs == 1
    summary = json.loads((plain / "summary.json").read_text(encoding="utf-8"))
    assert runs["done"].test == summary["test"]
    assert runs["done"].seconds == pytest.approx(sum(summary["timing"].values()))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b'{"experiment": {}}', b"[" * 100_000, b"null"],
    ids=["empty", "truncated", "a list", "not text", "another object", "deeply nested", "null"],
)
def test_a_damaged_run_is_listed_as_damaged_with_the_others(
    runs_dir: Path, tmp_path: Path, content: bytes
) -> None:
    shutil.copytree(runs_dir / "plain", tmp_path / "whole")
    shutil.copytree(runs_dir / "plain", tmp_path / "summary")
    (tmp_path / "summary" / "summary.json").write_bytes(content)
    (copy_unfinished(runs_dir / "plain", tmp_path / "experiment") / "experiment.toml").write_bytes(content)
    (copy_unfinished(runs_dir / "plain", tmp_path / "stopped") / "stopped.json").write_bytes(content)
    states = {run.path.name: run.state for run in list_runs(tmp_path)}
    assert states.pop("whole") == "finished"
    assert set(states.values()) == {"damaged"}


def test_runs_are_filtered_and_sorted(runs_dir: Path, tmp_path: Path) -> None:
    for number, (name, dataset, accuracy) in enumerate(
        [("a", "mnist", 0.5), ("b", "net.py:mnist", 0.9), ("c", "digits", None), ("d", "digits", 0.7)]
    ):
        write_finished(
            tmp_path / name,
            runs_dir / "plain",
            started=f"2026-01-0{number + 1}T00:00:00Z",
            experiment={"dataset": dataset, "architecture": "cnn", "optimizer": "adam"},
            epochs=[{"epoch": 1, "val_loss": 1.0 - number / 10, "val_accuracy": accuracy}],
            selected_epoch=1,
            test={"loss": number, "accuracy": number / 10},
        )

    def names(**wanted: Any) -> str:
        return "".join(run.path.name for run in list_runs(tmp_path, **wanted))

    assert names() == "dcba"
    assert names(dataset="mnist") == "ba"
    assert names(dataset="net.py:mnist") == "b"
    assert names(architecture="mlp") == ""
    assert names(sort="score") == "bdac", "ranked by something else than the validation set"
    assert names(sort="loss") == "dcba"
    assert names(sort="name", state="finished") == "abcd"
    with pytest.raises(ConfigError, match="unknown `sort` order 'scores'; did you mean 'score'"):
        list_runs(tmp_path, sort="scores")
    with pytest.raises(ConfigError, match="unknown `state` 'finish'; did you mean 'finished'"):
        list_runs(tmp_path, state="finish")


def test_listing_a_finished_run_parses_no_toml_and_imports_no_tensorflow(
    runs_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without that, listing thousands of runs would take more than a second."""
    write_finished(tmp_path / "run", runs_dir / "plain")
    monkeypatch.setattr("tomllib.loads", None)
    for module in [name for name in sys.modules if name.partition(".")[0] == "tensorflow"]:
        monkeypatch.setitem(sys.modules, module, None)
    assert [run.state for run in list_runs(tmp_path)] == ["finished"]


def test_a_listing_shows_what_differs_between_runs(runs_dir: Path, tmp_path: Path) -> None:
    parts = {"dataset": "digits", "architecture": "cnn", "optimizer": "adam"}
    experiments: dict[str, dict[str, Any]] = {
        "a": {"train": {"learning_rate": 0.1, "seed": 0}, "architecture_options": {"dense": [128]}},
        "b": {
            "train": {"learning_rate": 0.2, "seed": 0, "test": True},
            "architecture_options": {"dense": [64]},
        },
        "c": {
            "architecture": "mlp",
            "train": {"learning_rate": 0.1, "test": False},
            "architecture_options": {"units": 8},
        },
    }
    for name, changes in experiments.items():
        write_finished(tmp_path / name, runs_dir / "plain", experiment=parts | changes)
    differing = {run.path.name: run.differing for run in list_runs(tmp_path)}
    assert differing == {
        "a": {"train.learning_rate": 0.1, "architecture.dense": [128]},
        "b": {"train.learning_rate": 0.2, "train.test": True, "architecture.dense": [64]},
        "c": {"train.learning_rate": 0.1, "train.test": False},
    }, "a setting that an earlier version did not have counts as its default"
    assert [run.differing for run in list_runs(tmp_path, architecture="mlp")] == [{}]


def test_runs_in_subfolders_are_listed_and_found_but_links_are_not_followed(
    runs_dir: Path, tmp_path: Path
) -> None:
    for name in ("week 1/a", "week 1/b", "c", ".hidden/d", "1/2/3/4/e"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write_finished(tmp_path / name, runs_dir / "plain")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert {run.path.name for run in list_runs(tmp_path)} == {"a", "b", "c"}
    for word in ("b", "week 1/b"):
        assert find_run(word, tmp_path) == tmp_path / "week 1" / "b"
