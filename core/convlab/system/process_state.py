"""The state that all code of a process shares, restored after code that may have changed it."""

import gc
import locale
import logging
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

_UNKNOWN = object()
_SIGNALS = tuple(
    getattr(signal, f"SIG{name}")
    for name in ("INT", "TERM", "HUP", "QUIT", "ALRM", "CHLD", "PIPE", "USR1", "USR2")
    if hasattr(signal, f"SIG{name}")
)


@dataclass(frozen=True, kw_only=True)
class _State:
    """A part of the state.

    Attributes:
        read: returns its value.
        write: sets it to a value that was read.
        module: the module that has it, which is not imported for it.
        default: its value when the module is imported in the meantime, if it matters.
    """

    read: Callable[[], Any]
    write: Callable[[Any], object]
    module: str = "sys"
    default: Any = _UNKNOWN

    def current(self) -> Any:
        """Return the value, or the default if the module is not imported, or only in part."""
        module = sys.modules.get(self.module)
        if module is None or getattr(getattr(module, "__spec__", None), "_initializing", False):
            return self.default
        try:
            return self.read()
        except Exception:  # such as a working directory that was deleted
            return _UNKNOWN

    def restore(self, value: Any) -> None:
        """Set a value, if it differs from the current one."""
        if value is not _UNKNOWN and not _equal(self.current(), value):
            with suppress(Exception):  # one that cannot be restored must not keep the others from it
                self.write(value)


@contextmanager
def process_state_restored() -> Iterator[None]:
    """Undo what the block changes in the process: the next code runs as if the block had not.

    Restored are the working directory, environment, ``sys.path``, locale, standard streams, logging,
    warnings, signal handlers, random generators and the global settings of NumPy, Keras and TensorFlow, none
    of which is imported for this. Folders that the block adds to ``sys.path`` move to its end, where they
    shadow nothing.

    In a thread other than the main thread, only what no other code of a run changes is restored.
    """
    states = _STATES if threading.current_thread() is threading.main_thread() else _STATES_OF_ANY_THREAD
    before = [(state, state.current()) for state in states]
    try:
        yield
    finally:
        for state, value in before:
            state.restore(value)


def _equal(first: Any, second: Any) -> bool:
    try:
        return bool(first == second)
    except Exception:  # of arrays
        return False


def _umask() -> int:
    mask = os.umask(0o077)  # the only way to read it is to set it
    os.umask(mask)
    return mask


def _restore_environment(saved: dict[str, str]) -> None:
    for name in os.environ.keys() - saved.keys():
        del os.environ[name]
    os.environ.update(saved)


def _restore_path(saved: list[str]) -> None:
    sys.path[:] = saved + [folder for folder in sys.path if folder not in saved]


def _logging() -> tuple[Any, ...]:
    loggers = (logging.getLogger(), logging.getLogger("convlab"))
    return logging.root.manager.disable, *(
        (logger, logger.level, logger.handlers[:], logger.filters[:], logger.disabled, logger.propagate)
        for logger in loggers
    )


def _restore_logging(saved: tuple[Any, ...]) -> None:
    disabled, *loggers = saved
    logging.disable(disabled)
    for logger, level, handlers, filters, is_disabled, propagate in loggers:
        logger.setLevel(level)
        logger.handlers[:], logger.filters[:] = handlers, filters
        logger.disabled, logger.propagate = is_disabled, propagate


def _warnings() -> tuple[Any, ...]:
    return tuple(warnings.filters), warnings.showwarning


def _restore_warnings(saved: tuple[Any, ...]) -> None:
    filters, warnings.showwarning = saved
    warnings.resetwarnings()  # which forgets what was shown under other filters
    warnings.filters[:] = filters  # type: ignore[index]


def signal_handlers() -> dict[signal.Signals, Any]:
    """Return the handler of each signal that programs use, unless it was not installed from Python."""
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    return {number: handler for number, handler in handlers.items() if handler is not None}


def _restore_signals(saved: dict[signal.Signals, Any]) -> None:
    for number, handler in saved.items():
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _timer() -> float:
    return signal.getitimer(signal.ITIMER_REAL)[0] and 1.0  # it runs down: only whether one is set


def _restore_timer(was_set: float) -> None:
    if not was_set:  # its handler is gone, and the default ends the process
        signal.setitimer(signal.ITIMER_REAL, 0)


def _attribute(name: str) -> _State:
    """Return the state of an attribute of ``sys``."""
    return _State(read=lambda: getattr(sys, name), write=lambda value: setattr(sys, name, value))


def _keras_setting(name: str) -> _State:
    return _State(
        module="keras",
        read=lambda: getattr(_keras(), name)(),
        write=lambda value: getattr(_keras(), f"set_{name}")(value),
    )


def _numpy() -> Any:
    return sys.modules["numpy"]


def _keras() -> Any:
    return sys.modules["keras"].config


def _tensorflow() -> Any:
    return sys.modules["tensorflow"].config


_STATES_OF_ANY_THREAD = (
    _State(read=os.getcwd, write=os.chdir),
    _State(read=_umask, write=os.umask),
    _State(read=lambda: sys.path[:], write=_restore_path),
    _State(read=lambda: locale.setlocale(locale.LC_ALL), write=lambda v: locale.setlocale(locale.LC_ALL, v)),
    _State(read=sys.getrecursionlimit, write=sys.setrecursionlimit),
)
_STATES = (
    *_STATES_OF_ANY_THREAD,
    *map(_attribute, ("stdin", "stdout", "stderr", "excepthook", "displayhook")),
    _State(read=lambda: dict(os.environ), write=_restore_environment),
    _State(read=_logging, write=_restore_logging),
    _State(read=_warnings, write=_restore_warnings),
    _State(read=signal_handlers, write=_restore_signals),
    *([_State(read=_timer, write=_restore_timer)] if hasattr(signal, "setitimer") else []),
    _State(read=gc.isenabled, write=lambda enabled: gc.enable() if enabled else gc.disable()),
    _State(read=random.getstate, write=random.setstate),
    _State(
        module="socket",
        read=lambda: sys.modules["socket"].getdefaulttimeout(),
        write=lambda seconds: sys.modules["socket"].setdefaulttimeout(seconds),
        default=None,
    ),
    _State(
        module="numpy.random",
        read=lambda: _numpy().random.get_state(legacy=False),
        write=lambda saved: _numpy().random.set_state(saved),
    ),
    _State(
        module="numpy",
        read=lambda: _numpy().geterr(),
        write=lambda saved: _numpy().seterr(**saved),
        default={"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"},
    ),
    _State(
        module="numpy",
        read=lambda: _numpy().get_printoptions(),
        write=lambda saved: _numpy().set_printoptions(**saved),
    ),
    *map(_keras_setting, ("floatx", "epsilon", "image_data_format", "dtype_policy")),
    _State(
        module="tensorflow",
        read=lambda: _tensorflow().functions_run_eagerly(),
        write=lambda eager: _tensorflow().run_functions_eagerly(eager),
        default=False,
    ),
)
