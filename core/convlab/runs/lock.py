"""One writer per run: a lock on the run's folder, and a record of the process that holds it.

The lock decides. The record lets other processes see that a run is in progress without touching the lock,
which would get in the way of a process that wants it.
"""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from convlab.errors import RunFolderError
from convlab.system.atomic_write import write_text

Task = Literal["training", "exporting"]

_LOCK, _HOLDER = ".lock", ".running"
_POLL_SECONDS = 0.2
_HEARTBEAT_SECONDS = 60
# A record that was not renewed for this long is that of a process that died on another machine.
_STALE_SECONDS = 10 * _HEARTBEAT_SECONDS


@contextmanager
def locked(folder: Path, task: Task = "training") -> Iterator[None]:
    """Hold the lock of a run while the block runs, and record which process holds it.

    Args:
        folder: the run's folder.
        task: what the block does. An export waits for other exports.

    Raises:
        RunFolderError: another process holds the lock.
        OSError: the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / _LOCK, timeout=0)
    while not lock.is_locked:
        try:
            lock.acquire()
        except Timeout:
            holder = _task_of_holder(folder)
            if "training" in (task, holder):
                raise RunFolderError(
                    f"another process is {holder or 'training'} {str(folder)!r}; wait until it ends, or stop "
                    "it first"
                ) from None
            time.sleep(_POLL_SECONDS)
    released = threading.Event()
    try:
        write_text(folder / _HOLDER, json.dumps(_this_process(folder) | {"task": task}))
        threading.Thread(target=_renew, args=(folder / _HOLDER, released), daemon=True).start()
        yield
    finally:
        released.set()
        for name in (_HOLDER, _LOCK):
            (folder / name).unlink(missing_ok=True)
        lock.release()


def is_running(folder: str) -> bool:
    """Return whether a process is training a run, without touching the run's lock.

    On the machine of that process, the process table decides: a killed process, or another one that got its
    ID, does not count. From elsewhere, such as a container or another machine with the same disk, a run
    counts as running while its process renews the record, and for 10 minutes after that.

    Args:
        folder: the run's folder.
    """
    file = f"{folder}/{_HOLDER}"
    try:
        with open(file, "rb") as opened:  # noqa: PTH123 - pathlib doubles the time of listing thousands
            holder = json.loads(opened.read())
            renewed = os.fstat(opened.fileno()).st_mtime
        if holder.get("task") == "exporting":
            return False
        if holder["machine"] == _machine():
            if holder["folder"] != os.stat(folder).st_ino:  # noqa: PTH116 - a copy of a run in progress
                return False
            if not _is_alive(int(holder["pid"]), holder["start"]):
                return False
            if holder["start"] is not None:
                return True
        return time.time() - renewed < _STALE_SECONDS
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # not running, or not a record
        return False


def _task_of_holder(folder: Path) -> Task | None:
    """Return what the process that holds the lock does; ``None`` while it begins or ends."""
    try:
        holder = json.loads((folder / _HOLDER).read_bytes())
        return "exporting" if holder.get("task") == "exporting" else "training"
    except (OSError, ValueError, AttributeError):
        return None


def _this_process(folder: Path) -> dict[str, Any]:
    pid = os.getpid()
    return {"pid": pid, "start": _start(pid), "machine": _machine(), "folder": folder.stat().st_ino}


def _is_alive(pid: int, start: int | None) -> bool:
    """Return whether a process of this machine still exists; sure only if ``start`` is known."""
    if start is not None:
        return _start(pid) == start
    if sys.platform == "win32":  # where os.kill would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it exists, and is another user's
        return True
    return True


def _start(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; ``None`` for a dead one and without /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    state, *fields = stat.rpartition(b")")[2].split()  # the name in parentheses may contain anything
    return None if state in (b"Z", b"X") else int(fields[18])


def _machine() -> str:
    """Return what identifies the process table: the host, its boot and the namespace of process IDs."""
    identity = [socket.gethostname()]
    with suppress(OSError):
        identity += [
            Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip(),
            str(Path("/proc/self/ns/pid").readlink()),
        ]
    return " ".join(identity)


def _renew(file: Path, released: threading.Event) -> None:
    while not released.wait(_HEARTBEAT_SECONDS):
        with suppress(OSError):
            os.utime(file)
