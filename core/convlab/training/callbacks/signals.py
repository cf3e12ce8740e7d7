"""Signals that stop a run, held back until no step is torn."""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, ClassVar

from convlab.training.callbacks.callback import Callback


class Terminated(KeyboardInterrupt):
    """The process was asked to stop, as by a job scheduler or a closed terminal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class Signals(Callback):
    """Stops the run between two steps, or two chunks of an evaluation, after Ctrl-C, SIGTERM or SIGHUP.

    A second signal stops it immediately. Only Python's default handling is replaced: handlers that an
    application installed, and signals that a parent process ignores, stay as they are.

    Args:
        before_stop: called before the run stops between two steps.

    Attributes:
        delivered: the exception that stops the run in an orderly way, once it was raised.
    """

    essential: ClassVar[bool] = True

    def __init__(self, before_stop: Callable[[], object]) -> None:
        self.delivered: KeyboardInterrupt | None = None
        self._before_stop = before_stop
        self._received: int | None = None

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Hold signals back in the block; one that no event delivered is raised at its end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        defaults = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
        if hasattr(signal, "SIGHUP"):
            defaults[signal.SIGHUP] = signal.SIG_DFL
        replaced = {
            number: before for number, before in defaults.items() if signal.getsignal(number) == before
        }
        for number in replaced:
            signal.signal(number, self._receive)
        try:
            yield
            if self._received is not None:
                raise _as_error(self._received)
        finally:
            for number, before in replaced.items():
                signal.signal(number, before)

    def on_step_end(self, step: int, logs: Mapping[str, float]) -> None:  # noqa: ARG002
        """Stop if a signal came."""
        self._stop_if_received()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Stop if a signal came."""
        self._stop_if_received()

    def on_evaluate_step_end(self) -> None:
        """Stop if a signal came; the trainer saves the state once the model has its own weights again."""
        self._stop_if_received(save=False)

    def _stop_if_received(self, *, save: bool = True) -> None:
        if self._received is not None:
            if save:
                self._before_stop()
            self.delivered = _as_error(self._received)
            raise self.delivered

    def _receive(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._received is not None:
            raise _as_error(number)
        self._received = number


def _as_error(number: int) -> KeyboardInterrupt:
    return KeyboardInterrupt() if number == signal.SIGINT else Terminated(number)
