"""Imports TensorFlow and Keras when they are needed, configures them and hides their startup messages."""

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

from convlab.errors import ConvlabError
from convlab.system.threads import use_threads
from convlab.text.visible import visible

logger = logging.getLogger("convlab.progress")

_THREAD = "convlab imports tensorflow"


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
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        with nullcontext() if "tensorflow" in sys.modules else native_stderr_held_back():
            import keras
            import tensorflow as tf

            use_threads(threads, tf)
            _open_devices(tf.config)
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


def _open_devices(config: object) -> None:
    for device in config.list_physical_devices("GPU"):  # type: ignore[attr-defined]
        try:
            config.experimental.set_memory_growth(device, True)  # type: ignore[attr-defined]
        except RuntimeError:  # the devices are already initialized, as in a notebook
            break
    config.list_logical_devices()  # type: ignore[attr-defined]


@contextmanager
def native_stderr_held_back(*, also_where_it_fails: bool = False) -> Iterator[None]:
    """Hide what C++ code writes to file descriptor 2.

    TensorFlow logs there while it loads or converts, whatever the log level. What Python writes to standard
    error stays visible, in any thread.

    Args:
        also_where_it_fails: whether to hide it even if the block raises.
    """
    if os.environ.get("CONVLAB_DEBUG"):
        yield
        return
    detach_stderr()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            if not also_where_it_fails:
                held.seek(0)
                text = visible(held.read().decode(errors="backslashreplace"), keep="\n\t")
                os.write(saved, text.encode(errors="backslashreplace"))
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def detach_stderr() -> None:
    """Give ``sys.stderr`` a file descriptor of its own, once, that redirecting descriptor 2 leaves alone.

    Never undone: a progress bar in another thread may have saved ``sys.stderr`` to restore it later, and
    would restore a closed file.
    """
    stream = sys.stderr
    try:
        if stream.fileno() != 2:
            return
    except (OSError, ValueError, AttributeError):  # captured by a test or a notebook, or closed
        return
    stream.flush()
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, encoding=stream.encoding, errors=stream.errors)
