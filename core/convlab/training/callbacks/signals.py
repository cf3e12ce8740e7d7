"""Signals that end a run, held back until no step is torn by them."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """The process was asked to end, as by a job scheduler or a closed terminal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class Interruption:
    """Remembers a signal until it is asked for; a second one ends what runs at once.

    Only where Python's own handling is in place: what an application has set, or a parent has had ignored,
    stays so.
    """

    def __init__(self) -> None:
        self._came: int | None = None

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Hold signals back while the block runs; those that came and were not asked for are raised then."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
        if hasattr(signal, "SIGHUP"):
            usual[signal.SIGHUP] = signal.SIG_DFL
        replaced = {number: before for number, before in usual.items() if signal.getsignal(number) == before}
        for number in replaced:
            signal.signal(number, self._remember)
        try:
            yield
            self.check()
        finally:
            for number, before in replaced.items():
                signal.signal(number, before)

    def check(self) -> None:
        """Raise what was held back.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed, or the process was asked to end.
        """
        if self._came is not None:
            raise _as_error(self._came)

    def _remember(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._came is not None:
            raise _as_error(number)
        self._came = number


def _as_error(number: int) -> KeyboardInterrupt:
    return KeyboardInterrupt() if number == signal.SIGINT else Terminated(number)
