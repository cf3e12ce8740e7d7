"""Watches a part while other checks use it."""

import functools
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from convlab.errors import ConvlabError
from convlab.host import ProvidedPart
from convlab.inspect.checks.author_code import called_at
from convlab.inspect.checks.conduct.global_state import changed_settings, seeding_reported
from convlab.inspect.checks.conduct.network import without_network
from convlab.inspect.checks.conduct.option_reads import recording
from convlab.training.callbacks.callback import Callback

# Python's and pytest's own, and those of tools that run at the same time.
_NOT_THE_PARTS = (".", "__pycache__")


class Watch:
    """What was observed of a part.

    Attributes:
        built: whether its factory has returned something.
        options_read: the names of the options that were read.
        found: the first observation of each kind, by its name: ``network``, ``files``, ``settings``, ``seed``
            and ``reused``.
    """

    def __init__(self, sources: Callable[[], tuple[str, ...]]) -> None:
        """Start without observations.

        Args:
            sources: returns the files and folders of the author's code.
        """
        self.built = False
        self.options_read: set[str] = set()
        self.found: dict[str, str] = {}
        self._sources = sources
        self._results: list[weakref.ref[Any]] = []

    def watched(self, provided: ProvidedPart[Any]) -> ProvidedPart[Any]:
        """Return the part with a factory that is watched and whose options record what is read of them."""
        part = provided.part
        factory = getattr(part, part.factory)

        @functools.wraps(factory)
        def watched_factory(*arguments: Any) -> Any:
            if part.options is not None:
                arguments = tuple(
                    recording(each, self.options_read) if isinstance(each, part.options) else each
                    for each in arguments
                )
            with changed_settings(self._report_setting), seeding_reported(self._report_seed):
                result = self._call(factory, arguments)
            self.built = True
            self._report_reuse(result)
            return result

        return ProvidedPart(part=replace(part, **{part.factory: watched_factory}), provider=provided.provider)

    @contextmanager
    def during_a_check(self) -> Iterator[None]:
        """Block the network, and look for new files in the working folder."""
        before = _names()
        with without_network(self._report_connection):
            yield
        if new := sorted(_names() - before):
            self.found.setdefault("files", f"it writes {new[0]} into the working folder")

    def _call(self, factory: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        before = dict(self.found)
        try:
            return factory(*arguments)
        except ConvlabError:  # says itself what it needs, such as files that can be downloaded
            if "network" not in before:
                self.found.pop("network", None)
            raise

    def _report_connection(self, host: str) -> None:
        # Libraries may connect in threads of their own, as for telemetry; that is not the part's doing.
        if at := called_at(sys._getframe(), self._sources()):
            self.found.setdefault("network", f"it connects to {host} ({at})")

    def _report_setting(self, name: str, before: Any, after: Any) -> None:
        self.found.setdefault("settings", f"it changes {name} from {before!r} to {after!r}")

    def _report_seed(self, function: str) -> None:
        if at := called_at(sys._getframe(), self._sources()):
            self.found.setdefault("seed", f"it calls {function} ({at})")

    def _report_reuse(self, result: Any) -> None:
        if not (getattr(result, "variables", None) or isinstance(result, Callback)):
            return  # without state, sharing is harmless
        if any(earlier() is result for earlier in self._results):
            kind = type(result).__name__
            self.found.setdefault("reused", f"a later call returns the {kind} of an earlier one")
        self._results.append(weakref.ref(result))


def _names() -> set[str]:
    try:
        return {path.name for path in Path().iterdir() if not path.name.startswith(_NOT_THE_PARTS)}
    except OSError:  # the working folder was removed or cannot be read
        return set()
