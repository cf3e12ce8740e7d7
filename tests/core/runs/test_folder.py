"""A run's folder is never reused, and always finished or recognizably unfinished."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from convlab import ConfigError, Experiment, PluginHost, RunFolderError
from convlab.experiment import ResolvedExperiment, resolve
from convlab.runs import RunFolder
from convlab.system.atomic_write import replacing, replacing_folder, write_text


@pytest.fixture(scope="module")
def resolved() -> ResolvedExperiment:
    return resolve(Experiment(), PluginHost(third_party=False))


def test_runs_that_start_in_the_same_second_get_separate_folders(
    tmp_path: Path, resolved: ResolvedExperiment
) -> None:
    folders = [RunFolder.create(tmp_path / "deep" / "runs", resolved).path for _ in range(3)]
    assert len(set(folders)) == 3
    assert all("-digits-cnn-adam" in folder.name for folder in folders)


def test_an_existing_or_invalid_name_is_refused(tmp_path: Path, resolved: ResolvedExperiment) -> None:
    assert RunFolder.create(tmp_path, resolved, "mine").path == tmp_path / "mine"
    with pytest.raises(ConfigError, match=r"`name`: .* already exists; choose another name"):
        RunFolder.create(tmp_path, resolved, "mine")
    invalid = (
        "..",
        "a/b",
        "a\\b",
        "",
        "a\nb",
        "a\0b",
        "\x1b[2J",
        "\udcff",
        ".hidden",
        "-e",
        " a",
        "a ",
        "a.",
    )
    for name in invalid:
        with pytest.raises(ConfigError, match=r"`name`: .* is not a valid folder name"):
            RunFolder.create(tmp_path, resolved, name)
    for name, reason in {
        "last": "the most recent run",
        "Last": "recent run",
        "a.toml": "looks like",
        "é" * 101: "longer",
    }.items():
        with pytest.raises(ConfigError, match=f"`name`: .*{reason}"):
            RunFolder.create(tmp_path, resolved, name)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_unwritable_runs_dir_is_reported_with_a_fix(tmp_path: Path, resolved: ResolvedExperiment) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunFolderError, match=r"cannot write to '.*file.*; choose another `runs_dir`"):
        RunFolder.create(tmp_path / "file" / "runs", resolved)


def test_nan_and_infinity_become_null(tmp_path: Path, resolved: ResolvedExperiment) -> None:
    folder = RunFolder.create(tmp_path, resolved)
    folder.append_epoch({"epoch": 1, "auc": float("nan")})
    folder.append_epoch({"epoch": 2, "auc": float("inf")})
    lines = (folder.path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [{"epoch": 1, "auc": None}, {"epoch": 2, "auc": None}]


def test_a_failed_write_leaves_only_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    write_text(file, "old")

    def fail_halfway() -> None:
        with replacing(file) as unfinished:
            unfinished.write_text("half of the n", encoding="utf-8")
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        fail_halfway()
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_is_replaced_completely_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    for content in ("old", "new"):
        with replacing_folder(folder) as unfinished:
            (unfinished / "inside").mkdir()
            (unfinished / "inside" / "file").write_text(content, encoding="utf-8")

    def fail_halfway() -> None:
        with replacing_folder(folder) as unfinished:
            (unfinished / "file").touch()
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        fail_halfway()
    assert (folder / "inside" / "file").read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [folder]


def test_two_writers_in_processes_with_the_same_id_do_not_disturb_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    with replacing_folder(folder) as first:
        with replacing_folder(folder) as second:  # in another container
            (second / "second").touch()
        (first / "first").touch()
    assert [path.name for path in folder.iterdir()] == ["first"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_kill_while_writing_leaves_the_complete_old_or_new_file(tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    program = (
        "import sys; from pathlib import Path; from convlab.system.atomic_write import write_text\n"
        "print('ready', flush=True)\n"
        "for number in range(10**6): write_text(Path(sys.argv[1]), str(number % 10) * 300_000)"
    )
    for _ in range(5):
        writer = subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(0.05)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        content = file.read_text(encoding="utf-8")
        assert len(content) == 300_000
        assert len(set(content)) == 1
