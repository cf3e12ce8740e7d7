"""TensorFlow and Keras, imported when a run needs them, set up for it and kept quiet."""

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
    """Import TensorFlow and Keras and open the devices; does nothing the second time.

    GPU memory is taken as it is needed, not whole.

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
            f"TensorFlow cannot be imported ({error}): reinstall it with 'pip install tensorflow'"
        ) from error
    if keras.config.backend() != "tensorflow":
        raise ConvlabError(
            f"Keras already runs on {keras.config.backend()}: set KERAS_BACKEND=tensorflow before its import"
        )
    keras.config.set_image_data_format("channels_last")


def start_in_background() -> Future[None]:
    """Do the same in a thread, since it takes seconds."""
    pool = ThreadPoolExecutor(1, thread_name_prefix=_THREAD)
    started = pool.submit(start_tensorflow)
    pool.shutdown(wait=False)
    return started


def is_starting() -> bool:
    """Tell whether a thread is still at it. A process that ends meanwhile would wait for it."""
    return any(thread.name.startswith(_THREAD) for thread in threading.enumerate())


def enable_determinism() -> None:
    """Let no operation of this process give another result the second time."""
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()


def _open_devices(config: object) -> None:
    for device in config.list_physical_devices("GPU"):  # type: ignore[attr-defined]
        try:
            config.experimental.set_memory_growth(device, True)  # type: ignore[attr-defined]
        except RuntimeError:  # the devices are open already, as in a notebook
            break
    config.list_logical_devices()  # type: ignore[attr-defined]


@contextmanager
def native_stderr_held_back(*, also_where_it_fails: bool = False) -> Iterator[None]:
    """Keep what C++ writes to file descriptor 2 from the terminal.

    While TensorFlow loads or converts, its log goes there whatever level is set.

    Args:
        also_where_it_fails: whether it stays unseen where the block raises.
    """
    if os.environ.get("CONVLAB_DEBUG"):
        yield
        return
    sys.stderr.flush()
    saved, python_stderr = os.dup(2), sys.stderr
    with tempfile.TemporaryFile() as held, os.fdopen(os.dup(2), "w", buffering=1) as still_open:
        if _writes_to(python_stderr, 2):  # what Python says meanwhile, in whatever thread, is to be seen
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
            for handler in logging.getLogger("tensorflow").handlers:  # on the stream that closes
                if isinstance(handler, logging.StreamHandler) and handler.stream is still_open:
                    handler.setStream(python_stderr)


def _writes_to(stream: TextIO, descriptor: int) -> bool:
    try:
        return stream.fileno() == descriptor
    except (OSError, ValueError):  # captured by a test or a notebook
        return False
