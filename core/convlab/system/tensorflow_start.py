"""Imports TensorFlow and Keras when they are needed, configures them and hides their startup messages."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

from convlab.errors import ConvlabError
from convlab.system.standard_streams import detach_stderr, native_stderr_held_back
from convlab.system.threads import use_threads

logger = logging.getLogger("convlab.progress")

_THREAD = "convlab imports tensorflow"
_started = threading.Event()  # not the same as imported: a plugin may have imported it


def start_tensorflow(threads: int | None = None) -> None:
    """Import TensorFlow and Keras and initialize the devices; does nothing the second time.

    GPU memory grows as needed.

    Args:
        threads: the threads that compute on the CPU; 0 or ``None`` for one per core.

    Raises:
        ConfigError: TensorFlow already runs with another number of threads.
        ConvlabError: TensorFlow cannot be imported, or Keras already runs on another backend.
    """
    if "tensorflow" not in sys.modules:
        logger.info("starting TensorFlow")
    _set_environment()
    try:
        with nullcontext() if _started.is_set() else native_stderr_held_back():
            import keras
            import tensorflow as tf

            use_threads(threads, tf)
            _open_devices(tf.config)
        _started.set()
    except ImportError as error:
        raise ConvlabError(
            f"TensorFlow cannot be imported ({error}); run 'pip install --force-reinstall tensorflow'"
        ) from error
    if keras.config.backend() != "tensorflow":
        raise ConvlabError(
            f"Keras already uses {keras.config.backend()}; set KERAS_BACKEND=tensorflow before importing it"
        )


def start_in_background(threads: int | None = None) -> Future[None]:
    """Run ``start_tensorflow`` in a thread, since it takes seconds."""
    _set_environment()  # here, since what this thread calls in the meantime may restore the environment
    detach_stderr()  # here, before a progress bar in this thread wraps sys.stderr
    pool = ThreadPoolExecutor(1, thread_name_prefix=_THREAD)
    started = pool.submit(start_tensorflow, threads)
    pool.shutdown(wait=False)
    return started


def is_starting() -> bool:
    """Return whether the thread is still running; a process that exits would wait for it."""
    return any(thread.name.startswith(_THREAD) for thread in threading.enumerate())


def enable_determinism() -> None:
    """Make all operations of this process deterministic."""
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()


@contextmanager
def hushed_import() -> Iterator[list[str]]:
    """If the block imports TensorFlow, hide its startup messages and make Keras use it.

    Yields:
        A list, which has ``keras`` or ``tensorflow`` at the end if the block imported it.
    """
    imported: list[str] = []
    if "tensorflow" in sys.modules:
        yield imported
        return
    _set_environment()
    with native_stderr_held_back(shown=lambda _: "tensorflow" not in sys.modules):
        try:
            yield imported
        finally:
            imported += [name for name in ("keras", "tensorflow") if name in sys.modules][:1]


def _set_environment() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"


def _open_devices(config: object) -> None:
    for device in config.list_physical_devices("GPU"):  # type: ignore[attr-defined]
        try:
            config.experimental.set_memory_growth(device, True)  # type: ignore[attr-defined]
        except RuntimeError:  # the devices are already initialized, as in a notebook
            break
    config.list_logical_devices()  # type: ignore[attr-defined]
