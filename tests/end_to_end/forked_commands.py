"""A server that imports TensorFlow once and forks a process for each convlab command it reads.

A test can then kill many runs without waiting for an import each time. Forking is safe because TensorFlow
starts its threads with the first operation, and only the forked processes execute operations.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convlab.cli.app import main as run_convlab


def main() -> None:
    """Read the arguments of ``_run`` as one line of JSON; print the process ID, then the exit code.

    The output of the command goes to ``out.txt`` and ``err.txt`` in the folder. ``largest_file`` limits the
    size in bytes of each file that the command writes, which simulates a full disk. ``kill_before`` is the
    number of the change to the folder ``runs`` before which the process is killed, from 1.
    """
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras  # noqa: F401
    import sklearn.datasets  # noqa: F401
    import tensorflow  # noqa: F401

    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(_run(*json.loads(line)))
        print(child, flush=True)  # noqa: T201
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _run(folder: str, arguments: list[str], largest_file: int | None, kill_before: int | None) -> int:
    os.chdir(folder)
    for descriptor, name in ((1, "out.txt"), (2, "err.txt")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background parent ignores it
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    if kill_before is not None:
        sys.addaudithook(_killing(kill_before))
    sys.argv = ["convlab", *arguments]
    try:
        run_convlab()
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("a command ends with SystemExit")


def _killing(change: int) -> Callable[[str, tuple[Any, ...]], None]:
    """Return an audit hook that kills the process before a change to the folder ``runs``."""
    changes = 0

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal changes
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir"):
            path = arguments[0]
            if isinstance(path, str | os.PathLike) and "runs" in Path(path).parts:
                changes += 1
                if changes == change:
                    os.kill(os.getpid(), signal.SIGKILL)

    return count


if __name__ == "__main__":
    main()
