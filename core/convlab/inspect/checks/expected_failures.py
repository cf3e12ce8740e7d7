"""The checks that are known to fail, of all parts or of one."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from convlab.errors import ConfigError
from convlab.inspect.checks.outcome import CheckResult
from convlab.inspect.checks.registry import checks_of
from convlab.inspect.checks.subject import Subject
from convlab.text.suggestions import did_you_mean

ExpectedFailures = Mapping[str, str | Mapping[str, str]]
"""A reason for each check that fails, by its name: of everything checked, or of the part or plugin with a
name, as in ``{"tinynet": {"overfits_one_batch": "only six weights"}}``."""


def reason_for(check: str, subject: Subject, expected_failures: ExpectedFailures | None) -> str | None:
    """Return why a check of a subject is expected to fail; ``None`` if it is not."""
    expected = expected_failures or {}
    for name in subject.names:
        by_check = expected.get(name)
        if isinstance(by_check, Mapping) and check in by_check:
            return by_check[check]
    reason = expected.get(check)
    return reason if isinstance(reason, str) else None


def as_expected(result: CheckResult, reason: str | None) -> CheckResult:
    """Return the result of a check that is expected to fail for a reason, if there is one.

    If it passed, that is a failure, so that the list stays up to date.
    """
    if reason is not None and result.status == "failed":
        return replace(result, status="expected failure", message=f"{reason} ({result.message})")
    if reason is not None and result.status == "passed":
        return replace(
            result,
            status="failed",
            message=f"passed, but it is expected to fail: {reason}",
            fix=f"remove {result.check} from the expected failures",
        )
    return result


def refuse_unknown(expected_failures: ExpectedFailures, subjects: Iterable[Subject]) -> None:
    """Raise ``ConfigError`` if an expected failure names a part or a check that is not among the subjects."""
    by_name: dict[str, set[str]] = {}
    for subject in subjects:
        for name in subject.names:
            by_name.setdefault(name, set()).update(check.name for check in checks_of(subject.kind))
    every = set().union(*by_name.values())
    for name, reason in expected_failures.items():
        if isinstance(reason, str):
            _refuse(name, every, "check")
        else:
            _refuse(name, by_name, "plugin or part")
            for check in reason:
                _refuse(check, by_name[name], f"check of {name!r}:")


def _refuse(name: str, known: Iterable[str], what: str) -> None:
    if name not in known:
        raise ConfigError(f"`expected_failures`: unknown {what} {name!r}; {did_you_mean(name, known)}")
