"""All trackers of a run."""

import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from typing import Any

from convlab.host import ProvidedPart
from convlab.parts import Tracker
from convlab.training.callbacks.follower import Follower
from convlab.training.callbacks.tracked_run import State, TrackedRun

# How long a run that has ended waits for trackers that are not done; Ctrl-C ends it sooner.
SECONDS_AT_THE_END = {"finished": 20.0, "failed": 10.0, "interrupted": 1.0}
_SECONDS_UNTOLD = 1.0

logger = logging.getLogger("convlab")


class Trackers:
    """Tells each tracker what happens, and goes on at once.

    Args:
        parts: the trackers, each with its options.
    """

    def __init__(self, parts: Iterable[tuple[ProvidedPart[Tracker], Any]]) -> None:
        self._parts = tuple(parts)
        self._followers: list[Follower] = []

    def start(self, run: TrackedRun) -> None:
        """Training is about to begin or to go on."""
        for provided, options in self._parts:
            told = replace(deepcopy(run), tracker=provided.part.name)
            self._followers.append(Follower(provided, told, options))

    def epoch_ended(self, record: Mapping[str, Any]) -> None:
        """An epoch has ended."""
        self._tell("epoch_ended", record)

    def finished(self, summary: Mapping[str, Any]) -> None:
        """The run has finished; returns when the trackers are done with it, or their time is up."""
        self._tell("finished", summary)
        with suppress(KeyboardInterrupt):  # all is kept already: it ends the waiting alone
            self._wait("finished")

    def stopped(self, state: State, message: str) -> None:
        """The run has ended early; returns when the trackers are done with it, or their time is up."""
        self._tell("stopped", state, message)
        with suppress(KeyboardInterrupt):  # so too, and the run's own ending is the one to be told
            self._wait(state)

    def _tell(self, what: str, *arguments: Any) -> None:
        for follower in self._followers:
            follower.tell(what, *deepcopy(arguments))

    def _wait(self, ending: str) -> None:
        seconds = SECONDS_AT_THE_END[ending]
        until = time.monotonic() + seconds
        busy = [follower for follower in self._followers if not follower.done(min(seconds, _SECONDS_UNTOLD))]
        if busy and seconds > _SECONDS_UNTOLD:
            names = " and ".join(map(str, busy))
            logger.warning("note: waiting for %s, at most %g seconds; Ctrl-C goes on", names, seconds)
        for follower in busy:
            if not follower.done(until - time.monotonic()):
                logger.warning(
                    "warning: %s was not done %g seconds after the run: some of it may be missing there",
                    follower,
                    seconds,
                )
        self._followers = []
