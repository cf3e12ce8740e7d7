"""The results of checks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["passed", "failed", "skipped", "expected failure"]
Values = Mapping[str, Any]


class CheckFailedError(AssertionError):
    """A part does not meet a requirement.

    Args:
        message: what is wrong.
        fix: how to fix it; by default the check's general advice.
    """

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class NotApplicableError(Exception):
    """A check does not apply to a part, for the given reason."""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The result of one check of one plugin or part.

    Attributes:
        subject: the plugin or part, such as ``architecture 'convlab-resnet:resnet20'``.
        check: the check's name.
        title: the requirement.
        status: ``passed``, ``failed``, ``skipped`` or ``expected failure``.
        message: what is wrong, or why it was skipped or expected to fail; empty if it passed.
        location: the file and line of the plugin's code that an exception comes from, if there is one.
        why: why the requirement matters.
        fix: how to fix a failure.
        values: measured values, such as ``parameters``.
        seconds: its duration.
    """

    subject: str
    check: str
    title: str
    status: Status
    message: str = ""
    location: str = ""
    why: str = ""
    fix: str = ""
    values: Values = field(default_factory=dict, hash=False)
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """The results of all checks.

    Attributes:
        target: what was checked.
        results: the result of each check, in the order in which they ran.
    """

    target: str
    results: tuple[CheckResult, ...]

    @property
    def ok(self) -> bool:
        """Whether no check failed unexpectedly."""
        return not self.failures

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """The results of the checks that failed."""
        return tuple(result for result in self.results if result.status == "failed")

    def count(self, status: Status) -> int:
        """Return the number of checks with a status."""
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
