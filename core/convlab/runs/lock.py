"""One writer per run: a lock on the run's folder, and a record of the process that holds it.

The lock decides. The record lets other processes see that a run is in progress without touching the lock,
which would get in the way of a process that wants it.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from convlab.errors import RunFolderError
from convlab.runs.reading import FileError, read_model
from convlab.runs.run_files import Holder
from convlab.system.atomic_write import write_text
from convlab.system.process_identity import is_alive, this_process

Task = Literal["training", "exporting", "removing"]

_LOCK, _HOLDER = ".lock", Holder.name
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
            if {task, holder} - {"exporting", None}:
                raise RunFolderError(
                    f"another process is {holder or 'training'} {str(folder)!r}; wait until it ends, or stop "
                    "it first"
                ) from None
            time.sleep(_POLL_SECONDS)
    released = threading.Event()
    try:
        write_text(
            folder / _HOLDER, json.dumps(this_process() | {"folder": folder.stat().st_ino, "task": task})
        )
        threading.Thread(target=_renew, args=(folder / _HOLDER, released), daemon=True).start()
        yield
    finally:
        released.set()
        for name in (_HOLDER, _LOCK):
            (folder / name).unlink(missing_ok=True)
        lock.release()


def is_running(folder: str) -> bool:
    """Return whether a process is training a run, without touching the run's lock.

    On the machine of that process, the process table decides: a killed process, another one that got its ID,
    or one from before a reboot does not count. From elsewhere, such as a container or another machine with
    the same disk, a run counts as running while its process renews the record, and for 10 minutes after that.

    Args:
        folder: the run's folder.
    """
    try:
        holder = read_model(folder, Holder)
        if holder.task == "exporting":
            return False
        is_here = holder.host == this_process()["host"]
        if is_here and holder.folder != os.stat(folder).st_ino:  # noqa: PTH116 - a copy of a run in progress
            return False
        alive = is_alive(holder.model_dump())
        if alive is None:
            renewed = os.stat(f"{folder}/{Holder.name}").st_mtime  # noqa: PTH116
            return time.time() - renewed < _STALE_SECONDS
        return alive
    except (OSError, FileError):  # not running, or not a record
        return False


def _task_of_holder(folder: Path) -> str | None:
    """Return what the process that holds the lock does; ``None`` while it begins or ends."""
    try:
        return read_model(folder, Holder).task
    except FileError:
        return None


def _renew(file: Path, released: threading.Event) -> None:
    while not released.wait(_HEARTBEAT_SECONDS):
        with suppress(OSError):
            os.utime(file)
