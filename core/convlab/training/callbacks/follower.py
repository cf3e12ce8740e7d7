"""One tracker in a thread of its own."""

import logging
import threading
from queue import SimpleQueue
from typing import Any

from convlab.errors import ConvlabError, in_one_line
from convlab.host import ProvidedPart
from convlab.parts import Tracker
from convlab.training.callbacks.tracked_run import RunTracker, TrackedRun

logger = logging.getLogger("convlab")

_LAST = ("finished", "stopped")


class Follower:
    """Calls a tracker, in order, as it gets to it.

    A service that answers slowly, or not at all, must not hold up the training: hence the thread, and a
    daemon, which does not keep the process from ending.

    Args:
        provided: the tracker.
        run: what it follows.
        options: its options.
    """

    def __init__(self, provided: ProvidedPart[Tracker], run: TrackedRun, options: Any) -> None:
        self._provided = provided
        self._calls: SimpleQueue[tuple[str, tuple[Any, ...]]] = SimpleQueue()
        name = f"convlab tracker {provided.part.name}"
        self._thread = threading.Thread(target=self._follow, args=(run, options), name=name, daemon=True)
        self._thread.start()

    def tell(self, what: str, *arguments: Any) -> None:
        """Have a method called, unless the tracker was dropped."""
        if self._thread.is_alive():
            self._calls.put((what, arguments))

    def done(self, seconds: float) -> bool:
        """Wait so long for it, and tell whether it is done, or was dropped."""
        self._thread.join(max(seconds, 0.0))
        return not self._thread.is_alive()

    def __str__(self) -> str:
        return str(self._provided)

    def _follow(self, run: TrackedRun, options: Any) -> None:
        try:
            tracker = self._provided.part.start(run, options)
            if not isinstance(tracker, RunTracker):
                raise TypeError(f"start returned {type(tracker).__name__}, which is no RunTracker")
            what = ""
            while what not in _LAST:
                what, arguments = self._calls.get()
                getattr(tracker, what)(*arguments)
        except BaseException as error:  # the thread ends with it, and so does nothing else
            reason = str(error) if isinstance(error, ConvlabError) else in_one_line(error)
            logger.warning("warning: the run goes on without %s, which failed: %s", self._provided, reason)
