"""How many threads compute on the CPU. Another number sums in another order, which changes results."""

import os
import sys
from typing import Any

from convlab.errors import ConfigError


def use_threads(threads: int | None, tf: Any) -> None:
    """Set the number of threads of TensorFlow's operations, before it creates them.

    Args:
        threads: how many; 0 or ``None`` for one per core that the process may use.
        tf: the module ``tensorflow``.

    Raises:
        ConfigError: TensorFlow already runs with another number.
    """
    try:
        if threads and threads != thread_count():
            tf.config.threading.set_intra_op_parallelism_threads(threads)
    except RuntimeError:
        raise ConfigError(
            f"`train.threads` is {threads}, but TensorFlow already runs with {thread_count()}; start a new "
            "process"
        ) from None


def thread_count(threads: int | None = None) -> int:
    """Return the number of threads of TensorFlow's operations in this process.

    Args:
        threads: the setting, if TensorFlow is not imported yet.
    """
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None and (chosen := tensorflow.config.threading.get_intra_op_parallelism_threads()):
        return int(chosen)
    if threads:
        return threads
    requested = os.environ.get("TF_NUM_INTRAOP_THREADS", "")  # which TensorFlow reads
    return int(requested) if requested.isdigit() and int(requested) else _cores()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
