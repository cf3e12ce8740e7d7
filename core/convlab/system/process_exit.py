"""The end of a process, which waits for nothing that a plugin left running."""

import atexit
import os
import sys
import threading
from contextlib import suppress
from typing import NoReturn

_SECONDS = 5.0


def exit_process(code: int) -> NoReturn:
    """Exit with a code; results are written and trackers are closed.

    Python would wait for every thread that is not a daemon, and for the functions that are registered to run
    at exit, however long they take. Of these, only the functions run, and only for some seconds.
    """
    has_threads = threading.active_count() > 1
    limit = threading.Timer(_SECONDS, os._exit, [code])
    limit.daemon = True
    limit.start()
    if has_threads:
        atexit._run_exitfuncs()
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
