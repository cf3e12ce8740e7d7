"""Trackers, each in a thread next to the training, which none of them can stop or slow down."""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

from convlab.errors import ConvlabError, in_one_line, message_of
from convlab.host import ProvidedPart
from convlab.host.isolation import isolated
from convlab.parts import Tracker
from convlab.training.callbacks.callback import Callback, FailureState
from convlab.training.callbacks.training_info import TrainingInfo

# How long a stopped run waits for its trackers; Ctrl-C skips the wait.
WAIT_SECONDS = {"finished": 20.0, "failed": 10.0, "interrupted": 1.0}
_SILENT_SECONDS = 1.0
_LAST_EVENTS = ("on_train_end", "on_failure")

logger = logging.getLogger("convlab")


class Trackers(Callback):
    """Passes events to each tracker's thread and returns immediately.

    Args:
        parts: the trackers, each with its options.
    """

    def __init__(self, parts: Iterable[tuple[ProvidedPart[Tracker], Any]]) -> None:
        self._parts = tuple(parts)
        self._threads: list[_TrackerThread] = []

    def on_train_begin(self, run: TrainingInfo) -> None:
        """Start the threads."""
        for provided, options in self._parts:
            own = replace(deepcopy(run), tracker=provided.part.name)
            self._threads.append(_TrackerThread(provided, own, options))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Pass the epoch on."""
        self._send("on_epoch_end", epoch, logs)

    def on_train_end(self, summary: Mapping[str, Any]) -> None:
        """Pass the summary on; return when the trackers are done or their time is up."""
        self._send("on_train_end", summary)
        with suppress(KeyboardInterrupt):  # everything is saved: Ctrl-C only ends the wait
            self._wait(WAIT_SECONDS["finished"])

    def on_failure(self, state: FailureState, message: str) -> None:
        """Pass the failure on; return when the trackers are done or their time is up."""
        self._send("on_failure", state, message)
        with suppress(KeyboardInterrupt):
            self._wait(WAIT_SECONDS[state])

    def _send(self, event: str, *arguments: Any) -> None:
        for thread in self._threads:
            thread.send(event, *deepcopy(arguments))

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        busy = [thread for thread in self._threads if not thread.is_done(min(seconds, _SILENT_SECONDS))]
        if busy and seconds > _SILENT_SECONDS:
            names = " and ".join(map(str, busy))
            logger.info("waiting up to %g seconds for %s; press Ctrl-C to skip", seconds, names)
        for thread in busy:
            if not thread.is_done(until - time.monotonic()):
                logger.warning(
                    "%s did not finish within %g seconds after the run; some of its data may be missing",
                    thread,
                    seconds,
                )
        self._threads = []


class _TrackerThread:
    """Calls one tracker, in order, at its own pace.

    A service that answers slowly, or not at all, must not slow down training: hence a thread, and a daemon,
    which does not keep the process from exiting.
    """

    def __init__(self, provided: ProvidedPart[Tracker], run: TrainingInfo, options: Any) -> None:
        self._provided = provided
        self._events: SimpleQueue[tuple[str, tuple[Any, ...]]] = SimpleQueue()
        name = f"convlab tracker {provided.part.name}"
        self._thread = threading.Thread(target=self._follow, args=(run, options), name=name, daemon=True)
        self._thread.start()

    def send(self, event: str, *arguments: Any) -> None:
        """Queue an event, unless the tracker was dropped."""
        if self._thread.is_alive():
            self._events.put((event, arguments))

    def is_done(self, seconds: float) -> bool:
        """Wait up to that long, and return whether the tracker is done or was dropped."""
        self._thread.join(max(seconds, 0.0))
        return not self._thread.is_alive()

    def __str__(self) -> str:
        return str(self._provided)

    def _follow(self, run: TrainingInfo, options: Any) -> None:
        with isolated() as code:
            callback = self._provided.part.start(run, options)
            if not isinstance(callback, Callback):
                raise TypeError(f"start must return a Callback, got {type(callback).__name__}")
        event = ""
        while code.error is None and event not in _LAST_EVENTS:
            event, arguments = self._events.get()
            with isolated() as code:
                getattr(callback, event)(*arguments)
        if code.error is not None:
            is_known = isinstance(code.error, ConvlabError)
            reason = message_of(code.error) if is_known else in_one_line(code.error)
            logger.warning("the run continues without %s, which failed: %s", self._provided, reason)
