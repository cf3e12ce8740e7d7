"""What comes of a check."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["passed", "failed", "skipped", "expected failure"]
Figures = Mapping[str, Any]


class CheckFailedError(AssertionError):
    """A part does not do what is asked of it.

    Args:
        message: what was found.
        fix: how to mend it; by default what the check says in general.
    """

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class NotApplicableError(Exception):
    """A check that has nothing to say of a part, with the reason."""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What came of one check of one plugin or part.

    Attributes:
        subject: what was checked, such as ``architecture 'convlab-resnet:resnet20'``.
        check: the check's name.
        title: what it asks, in words.
        status: ``passed``, ``failed``, ``skipped`` or ``expected failure``.
        message: what was found; why it was skipped or is expected; empty where it passed.
        why: why it matters.
        fix: how to mend a failure.
        figures: what it measured, such as ``parameters``.
        seconds: how long it took.
    """

    subject: str
    check: str
    title: str
    status: Status
    message: str = ""
    why: str = ""
    fix: str = ""
    figures: Figures = field(default_factory=dict, hash=False)
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """What came of all checks.

    Attributes:
        target: what was to be checked.
        results: of each check, in the order in which they ran.
    """

    target: str
    results: tuple[CheckResult, ...]

    @property
    def ok(self) -> bool:
        """Whether no check failed that was not expected to."""
        return not self.failures

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """The checks that failed."""
        return tuple(result for result in self.results if result.status == "failed")

    def count(self, status: Status) -> int:
        """Return how many checks ended so."""
        return sum(result.status == status for result in self.results)

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab check --json`` prints."""
        return {
            "target": self.target,
            "ok": self.ok,
            "passed": self.count("passed"),
            "failed": self.count("failed"),
            "skipped": self.count("skipped"),
            "expected_failures": self.count("expected failure"),
            "results": [asdict(result) for result in self.results],
        }
