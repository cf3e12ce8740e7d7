"""Each model that is tested on a test set is counted, next to the runs."""

import json
from pathlib import Path

from typer.testing import CliRunner

from convlab import describe_run, evaluate, remove_runs, resume
from convlab.cli.app import app
from convlab.runs.test_looks import LOOKS, looks_at_test_set, most_looks, record_look
from convlab.testing import TinyTask

TRAIN = {"epochs": 1, "compile": "off", "max_steps": 2}


def test_each_model_counts_once_however_it_is_tested(tiny_task: TinyTask) -> None:
    first = tiny_task.run(architecture="mlp", train=TRAIN).folder
    sealed = tiny_task.run(architecture="mlp", train=TRAIN | {"test": False}).folder
    dataset = describe_run(first)["dataset"]
    assert most_looks(first.parent) == {dataset: 1}
    evaluate(sealed, split="validation", host=tiny_task.host)
    assert looks_at_test_set(sealed) == 1, "the validation set is for choosing"

    for _ in range(2):
        evaluate(sealed, host=tiny_task.host)
    evaluate(first, host=tiny_task.host)
    resume(first, train={"max_steps": 3}, host=tiny_task.host, progress=False)
    assert most_looks(first.parent) == {dataset: 2}
    assert len((first.parent / LOOKS).read_text(encoding="utf-8").splitlines()) == 2
    assert describe_run(first)["test_looks"] == 2
    shown = CliRunner().invoke(app, ["runs", "--runs-dir", str(first.parent)]).stdout
    assert f"test sets looked at: {dataset} with 2 models" in shown

    remove_runs([sealed])
    assert looks_at_test_set(first) == 2, "removing a run does not undo the look"


def test_damaged_lines_are_skipped(tiny_task: TinyTask) -> None:
    folder = tiny_task.run(architecture="mlp", train=TRAIN).folder
    looks = folder.parent / LOOKS
    for line in ("{", "[]", "7", '{"run": 1, "dataset": [], "test": null}', "[" * 100_000):
        looks.write_text(f"{line}\n{looks.read_text()}", encoding="utf-8")
        assert looks_at_test_set(folder) == 1, line


def test_a_link_in_its_place_is_not_written_through(tiny_task: TinyTask, tmp_path: Path) -> None:
    folder = tiny_task.run(architecture="mlp", train=TRAIN).folder
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    (folder.parent / LOOKS).unlink()
    (folder.parent / LOOKS).symlink_to(victim)
    record_look(folder, "other")
    assert victim.read_text(encoding="utf-8") == "mine"
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["test"]
