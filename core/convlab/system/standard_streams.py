"""The file descriptors of standard output and standard error, which native code writes to as well."""

import io
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from convlab.text.visible import visible

_one_at_a_time = threading.RLock()  # a descriptor that two threads replace is not restored


def keep_stdout_for_results() -> None:
    """Give ``sys.stdout`` a file descriptor of its own, and let descriptor 1 lead to standard error.

    For a process of the command line: plugins, their threads, native code and subprocesses cannot write into
    its results. Does nothing if Python's standard output is not descriptor 1.
    """
    stream = sys.stdout
    if not _is_descriptor(stream, 1):
        return
    stream.flush()
    sys.stdout = _Results(
        open(os.dup(1), "wb", closefd=False),  # noqa: SIM115 - as long as the process
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.isatty(),
    )
    os.dup2(2, 1)


class _Results(io.TextIOWrapper):
    """Standard output of the main thread; what other threads print goes to standard error."""

    def write(self, text: str) -> int:
        if threading.current_thread() is threading.main_thread():
            return super().write(text)
        return sys.stderr.write(text)


def detach_stderr() -> None:
    """Give ``sys.stderr`` a file descriptor of its own, once, that redirecting descriptor 2 leaves alone.

    Never undone: a progress bar in another thread may have saved ``sys.stderr`` to restore it later, and
    would restore a closed file.
    """
    stream = sys.stderr
    if _is_descriptor(stream, 2):
        stream.flush()
        sys.stderr = open(  # noqa: SIM115 - as long as the process
            os.dup(2), "w", buffering=1, encoding=stream.encoding, errors=stream.errors, closefd=False
        )


@contextmanager
def native_stderr_held_back(*, shown: Callable[[bool], bool] = lambda failed: failed) -> Iterator[None]:
    """Hold back what is written to file descriptor 2, and then show or discard it.

    TensorFlow logs there while it loads or converts, whatever the log level. What Python writes to standard
    error stays visible, in any thread.

    Args:
        shown: given whether the block raised, returns whether to show it; by default, only if it did.
    """
    if os.environ.get("CONVLAB_DEBUG"):
        yield
        return
    with _one_at_a_time, tempfile.TemporaryFile() as held:
        detach_stderr()
        saved = os.dup(2)
        os.dup2(held.fileno(), 2)
        failed = False
        try:
            yield
        except Exception:
            failed = True
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            if shown(failed):
                held.seek(0)
                text = visible(held.read().decode(errors="backslashreplace"), keep="\n\t")
                with suppress(OSError):  # it is full or closed, which must not fail what has worked
                    sys.stderr.flush()
                    os.write(2, text.encode(errors="backslashreplace"))


def _is_descriptor(stream: TextIO | None, number: int) -> bool:
    try:
        return stream is not None and stream.fileno() == number
    except (OSError, ValueError, AttributeError):  # captured by a test or a notebook, or closed
        return False
