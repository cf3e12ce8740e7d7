"""What a report cannot show, and why; what it can show is not affected."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from convlab.errors import ConvlabError, in_one_line

T = TypeVar("T")

logger = logging.getLogger("convlab")


@dataclass(frozen=True)
class Available:
    """Collects what is missing from a report.

    Attributes:
        missing: the titles of what cannot be shown, by the reason.
        warnings: what was logged in the meantime.
    """

    missing: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def attempt(self, title: str, build: Callable[[], T]) -> T | None:
        """Return what a function builds; ``None`` if it fails, which is recorded.

        Architectures, schedules and datasets are plugins, so anything may be raised.
        """
        try:
            return build()
        except ConvlabError as error:
            reason = str(error)
        except Exception as error:
            reason = in_one_line(error)
            logger.debug("%s cannot be shown", title, exc_info=True)
        self.missing.setdefault(reason, []).append(title)
        return None

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Also record the warnings that are logged in the block."""
        handler = logging.Handler(logging.WARNING)
        handler.emit = lambda record: self._add(record.getMessage())  # type: ignore[method-assign]
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)

    def _add(self, warning: str) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)
