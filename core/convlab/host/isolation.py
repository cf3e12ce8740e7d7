"""The isolation of a plugin's code: whatever it raises or changes, everything else keeps working."""

import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from convlab.system.process_state import process_state_restored, signal_handlers


class isolated:  # noqa: N801 - a context manager, like contextlib.suppress
    """Runs a plugin's code, catches what it raises and undoes what it changes in the process.

    Only the user's own interrupt, such as Ctrl-C, leaves the block, even if the plugin's code catches it. A
    ``KeyboardInterrupt`` that the code raises itself is an error like any other.

    Attributes:
        error: what the code raised, if it did.

    Example::

        with isolated() as code:
            return factory()
        raise PluginError(described(code.error))
    """

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self._interrupt: BaseException | None = None
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        self._exit.enter_context(process_state_restored())
        if threading.current_thread() is threading.main_thread():  # the only one that signals interrupt
            for number, handler in signal_handlers().items():
                if callable(handler):
                    signal.signal(number, self._noting(handler))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._exit.close()
        if self._interrupt is not None:
            raise self._interrupt
        self.error = error
        return True

    def _noting(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*arguments: Any) -> Any:
            try:
                return handler(*arguments)
            except BaseException as interrupt:
                self._interrupt = interrupt
                raise

        return noting
