"""A link in a run folder from elsewhere never makes convlab write to another file."""

import shutil
from pathlib import Path

import pytest

from convlab import RunFolderError, export, resume
from convlab.runs import RunFolder
from convlab.system.atomic_write import append_line, make_folder, remove_unfinished, write_text

FILES = ("metrics.jsonl", "summary.json", "experiment.toml", ".lock", ".running", ".unfinished-0-model.keras")
FOLDERS = ("checkpoints", "exports", "trackers", "tensorboard", "later/deep", ".replaced-0-exports")


@pytest.fixture
def run(runs_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(runs_dir / "plain", tmp_path / "run"))


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    (folder := tmp_path / "victim").mkdir()
    for name in ("file", "last.safetensors", "best.safetensors", "model.onnx"):
        (folder / name).write_text("precious", encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@pytest.mark.parametrize("name", [*FILES, *FOLDERS])
def test_no_command_writes_into_a_run_folder_with_a_link(run: Path, victim: Path, name: str) -> None:
    before = contents(victim)
    link = run / name
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(victim / "file" if name in FILES else victim, target_is_directory=name not in FILES)
    refused = pytest.raises(RunFolderError, match=f"{link.name}' is a link")
    for task in ("training", "exporting"):
        with refused, RunFolder(run).locked(task):
            pass
    if name in ("checkpoints", "exports"):
        with refused:
            resume(run, train={"epochs": 3}, progress=False)
        with refused:
            export(run, "keras", force=True)
    assert contents(victim) == before
    assert link.is_symlink()


def test_a_link_that_appears_later_is_not_followed_either(tmp_path: Path, victim: Path) -> None:
    before = contents(victim)
    (file := tmp_path / "file").symlink_to(victim / "file")
    with pytest.raises(OSError, match="symbolic links"):
        append_line(file, "appended")
    write_text(file, "replaced")
    assert not file.is_symlink()
    (folder := tmp_path / "folder").symlink_to(victim, target_is_directory=True)
    with pytest.raises(OSError, match="it is a link"):
        make_folder(folder)
    remove_unfinished(tmp_path)
    assert contents(victim) == before


def test_the_folder_of_a_run_may_itself_be_a_link(run: Path, tmp_path: Path) -> None:
    (link := tmp_path / "favourite").symlink_to(run, target_is_directory=True)
    with RunFolder(link).locked():
        append_line(link / "metrics.jsonl", "{}")
