"""Named checks of what every plugin and part must do, with why it matters and how to mend it."""

from convlab.inspect.checks.checking import check
from convlab.inspect.checks.outcome import CheckFailedError, CheckReport, CheckResult

__all__ = ["CheckFailedError", "CheckReport", "CheckResult", "check"]
