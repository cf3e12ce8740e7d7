"""Named checks of plugins and parts, each with the reason for it and a fix."""

from convlab.inspect.checks.checking import check
from convlab.inspect.checks.outcome import CheckFailedError, CheckReport, CheckResult

__all__ = ["CheckFailedError", "CheckReport", "CheckResult", "check"]
