"""Which process something belongs to, so that others can tell whether it still exists."""

import functools
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


def this_process() -> dict[str, Any]:
    """Return JSON values that identify this process: its ID, its start and its machine."""
    pid = os.getpid()
    return {"pid": pid, "start": _start(pid)} | _this_machine()


def is_alive(process: Mapping[str, Any]) -> bool | None:
    """Return whether a process still exists; ``None`` if this process cannot know.

    Another process that got the ID of a dead one does not count, except without ``/proc``. A process of
    another container or machine is not visible from here.

    Args:
        process: what ``this_process`` returned in it.

    Raises:
        KeyError: a value is missing.
    """
    here = _this_machine()
    if process["host"] != here["host"]:
        return None
    if process["boot"] != here["boot"]:  # it has been rebooted
        return False
    if process["processes"] != here["processes"]:
        return None
    pid, start = process["pid"], process["start"]
    if start is not None:
        return bool(_start(pid) == start)
    if sys.platform == "win32":  # where os.kill would end the process
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it exists, and is another user's
        pass
    return None  # it may be another process with the same ID


def _start(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; ``None`` for a dead one and without /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    state, *fields = stat.rpartition(b")")[2].split()  # the name in parentheses may contain anything
    return None if state in (b"Z", b"X") else int(fields[18])


@functools.cache
def _this_machine() -> dict[str, str]:
    """Return what identifies this host, its current boot and the namespace of its process IDs."""
    identity = {"host": socket.gethostname(), "boot": "", "processes": ""}
    with suppress(OSError):  # hosts may share their name
        identity["host"] += " " + _first_line("/etc/machine-id")
    with suppress(OSError):
        identity["boot"] = _first_line("/proc/sys/kernel/random/boot_id")
        identity["processes"] = str(Path("/proc/self/ns/pid").readlink())
    return identity


def _first_line(file: str) -> str:
    return Path(file).read_text(encoding="ascii", errors="replace").strip()
