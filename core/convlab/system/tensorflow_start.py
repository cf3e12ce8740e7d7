"""Imports TensorFlow and Keras when they are needed, configures them and hides their startup messages."""

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import TextIO

from convlab.errors import ConvlabError

_THREAD = "convlab imports tensorflow"


def start_tensorflow() -> None:
    """Import TensorFlow and Keras and initialize the devices; does nothing the second time.

    GPU memory grows as needed.

    Raises:
        ConvlabError: TensorFlow cannot be imported, or Keras already runs on another backend.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        with nullcontext() if "tensorflow" in sys.modules else native_stderr_held_back():
            import keras
            import tensorflow as tf

            _open_devices(tf.config)
    except ImportError as error:
        raise ConvlabError(
            f"TensorFlow cannot be imported ({error}); run 'pip install --force-reinstall tensorflow'"
        ) from error
    if keras.config.backend() != "tensorflow":
        raise ConvlabError(
            f"Keras already uses {keras.config.backend()}; set KERAS_BACKEND=tensorflow before importing it"
        )
    keras.config.set_image_data_format("channels_last")


def start_in_background() -> Future[None]:
    """Run ``start_tensorflow`` in a thread, since it takes seconds."""
    pool = ThreadPoolExecutor(1, thread_name_prefix=_THREAD)
    started = pool.submit(start_tensorflow)
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

    TensorFlow logs there while it loads or converts, whatever the log level.

    Args:
        also_where_it_fails: whether to hide it even if the block raises.
    """
    if os.environ.get("CONVLAB_DEBUG"):
        yield
        return
    sys.stderr.flush()
    saved, python_stderr = os.dup(2), sys.stderr
    with tempfile.TemporaryFile() as held, os.fdopen(os.dup(2), "w", buffering=1) as still_open:
        if _writes_to(python_stderr, 2):  # keep showing what Python writes, in any thread
            sys.stderr = still_open
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            if not also_where_it_fails:
                held.seek(0)
                os.write(saved, held.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            sys.stderr = python_stderr
            for handler in logging.getLogger("tensorflow").handlers:  # which use the stream that closes
                if isinstance(handler, logging.StreamHandler) and handler.stream is still_open:
                    handler.setStream(python_stderr)


def _writes_to(stream: TextIO, descriptor: int) -> bool:
    try:
        return stream.fileno() == descriptor
    except (OSError, ValueError):  # captured by a test or a notebook
        return False
