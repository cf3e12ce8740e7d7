"""Which runs are in progress, seen from other processes and without disturbing them."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from convlab import Experiment, RunFolderError, list_runs
from convlab.runs import RunFolder
from convlab.runs.lock import is_running

HOLD = """
import sys, time
from pathlib import Path
from convlab.runs import RunFolder

with RunFolder(Path(sys.argv[1])).locked():
    print("locked", flush=True)
    time.sleep(60)
"""
EXPORT = """
import sys, time
from pathlib import Path
from convlab.runs import RunFolder
from convlab.system.atomic_write import replacing, replacing_folder

run = Path(sys.argv[1])
with RunFolder(run).locked("exporting"):
    exports = run / "exports"
    exports.mkdir(exist_ok=True)
    with replacing_folder(exports / "saved-model") as folder, replacing(exports / "model.onnx") as file:
        for written in (folder / "saved_model.pb", file):
            written.write_text("half")
        if sys.argv[2:]:
            (exports / "saved-model").rename(exports / ".replaced-0a-saved-model")
        print("writing", flush=True)
        time.sleep(60)
"""
LIST = """
import sys
from convlab import list_runs

print("ready", flush=True)
while True:
    list_runs(sys.argv[1])
"""


@contextmanager
def process(program: str, *arguments: object) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program in another process, from its first line of output until the end of the block."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as started:
        try:
            assert started.stdout is not None
            assert started.stdout.readline()
            yield started
        finally:
            started.kill()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run that has started."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "experiment.toml").write_text(Experiment().to_toml(), encoding="utf-8")
    return folder


def state(run: Path) -> str:
    (listed,) = list_runs(run.parent)
    return listed.state


def change_holder(run: Path, **changes: Any) -> None:
    """Change the record of the process that holds the lock."""
    file = run / ".running"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | changes), encoding="utf-8")


def test_a_run_is_running_while_another_process_holds_its_lock(run: Path) -> None:
    assert state(run) == "interrupted"
    with process(HOLD, run):
        assert state(run) == "running"
        with pytest.raises(RunFolderError, match="another process is training"), RunFolder(run).locked():
            pass
        assert state(run) == "running", "the failed attempt removed the record"
    assert state(run) == "interrupted"


def test_a_killed_run_is_interrupted_even_before_its_parent_notices(run: Path) -> None:
    with process(HOLD, run) as holder:
        holder.kill()
        if sys.platform == "linux":  # where a dead process whose parent has not waited for it is recognized
            while Path(f"/proc/{holder.pid}/stat").read_text(encoding="utf-8").split()[2] != "Z":
                time.sleep(0.01)
        else:
            holder.wait()
        assert state(run) == "interrupted"
    assert (run / ".running").exists(), "a killed process cannot remove its record"
    with RunFolder(run).locked():
        assert state(run) == "running"
    assert [file.name for file in run.iterdir()] == ["experiment.toml"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs the start times of processes")
def test_another_process_with_the_id_of_a_killed_one_does_not_make_a_run_running(run: Path) -> None:
    with RunFolder(run).locked():
        with process(HOLD.replace("with RunFolder", "if RunFolder").replace(".locked()", ""), run) as other:
            change_holder(run, pid=other.pid)
            assert state(run) == "interrupted"
        change_holder(run, pid=os.getpid())
        assert state(run) == "running"


def test_a_run_of_another_machine_is_running_while_its_record_is_renewed(run: Path) -> None:
    with RunFolder(run).locked():
        change_holder(run, host="another", boot="another", pid=2**30)
        assert state(run) == "running"
        ten_minutes_ago = time.time() - 601
        os.utime(run / ".running", (ten_minutes_ago, ten_minutes_ago))
        assert state(run) == "interrupted"


def test_a_run_from_before_a_reboot_is_interrupted_at_once(run: Path) -> None:
    with RunFolder(run).locked():
        change_holder(run, boot="an earlier one")
        assert state(run) == "interrupted"


def test_the_record_is_renewed_while_the_lock_is_held(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convlab.runs.lock._HEARTBEAT_SECONDS", 0.05)
    with RunFolder(run).locked():
        os.utime(run / ".running", (0, 0))
        deadline = time.monotonic() + 10
        while not (run / ".running").stat().st_mtime and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (run / ".running").stat().st_mtime > 0


def test_a_copy_of_a_run_in_progress_is_not_running(run: Path, tmp_path: Path) -> None:
    with RunFolder(run).locked():
        copy = tmp_path / "copy"
        copy.mkdir()
        (copy / ".running").write_bytes((run / ".running").read_bytes())
        assert is_running(str(run))
        assert not is_running(str(copy))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b"\xff"])
def test_a_damaged_record_means_not_running(run: Path, content: bytes) -> None:
    (run / ".running").write_bytes(content)
    assert state(run) == "interrupted"


@pytest.mark.slow
def test_listing_never_prevents_a_process_from_taking_the_lock(run: Path) -> None:
    with process(LIST, run.parent), process(LIST, run.parent):
        for _ in range(300):
            with RunFolder(run).locked():
                assert is_running(str(run))
            assert not is_running(str(run))


def test_what_a_killed_export_left_behind_is_removed_before_the_next_process_writes(run: Path) -> None:
    with process(EXPORT, run) as exporting:
        assert len(list((run / "exports").iterdir())) == 2
        exporting.kill()
    with RunFolder(run).locked():
        assert not list((run / "exports").iterdir())


def test_an_export_that_was_about_to_be_replaced_survives_a_kill(run: Path) -> None:
    earlier = run / "exports" / "saved-model" / "saved_model.pb"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("whole", encoding="utf-8")
    with process(EXPORT, run, "replacing") as exporting:
        assert not earlier.exists()
        exporting.kill()
    with RunFolder(run).locked("exporting"):
        assert [path.name for path in (run / "exports").iterdir()] == ["saved-model"]
        assert earlier.read_text(encoding="utf-8") == "whole"


def test_a_run_cannot_be_resumed_while_it_is_exported_and_is_not_listed_as_running(run: Path) -> None:
    with process(EXPORT, run):
        assert state(run) == "interrupted"
        with pytest.raises(RunFolderError, match="another process is exporting"), RunFolder(run).locked():
            pass
        assert len(list((run / "exports").iterdir())) == 2, "the refused process removed its files"


def test_a_run_cannot_be_exported_into_its_folder_while_it_trains_but_exports_wait_for_each_other(
    run: Path,
) -> None:
    refused = pytest.raises(RunFolderError, match="another process is training")
    with process(HOLD, run), refused, RunFolder(run).locked("exporting"):
        pass
    with process(EXPORT, run) as exporting:
        threading.Timer(0.3, exporting.kill).start()
        with RunFolder(run).locked("exporting"):
            assert exporting.wait() != 0, "two exports wrote at the same time"
