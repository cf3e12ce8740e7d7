"""Runs checks, each once per subject."""

import os
import sys
import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace

from convlab.errors import ConfigError, ConvlabError, in_one_line
from convlab.inspect.checks.outcome import CheckFailedError, CheckResult, NotApplicableError, Status
from convlab.inspect.checks.registry import Check, checks_of
from convlab.inspect.checks.subject import Subject
from convlab.system.tensorflow_start import start_tensorflow
from convlab.text.suggestions import did_you_mean


def perform(
    check: Check, subject: Subject, expected_failures: Mapping[str, str] | None = None
) -> CheckResult:
    """Run a check, or return its result if it has already run on the subject.

    Args:
        check: one of ``checks_of(subject.kind)``.
        subject: the plugin or part.
        expected_failures: the checks that are known to fail, each with a reason. If one of them passes, that
            is a failure, so that the list stays up to date.
    """
    if check.name not in subject.outcomes:
        if subject.needs_tensorflow:
            start_tensorflow()
        subject.outcomes[check.name] = _performed(check, subject)
    result = subject.outcomes[check.name]
    reason = (expected_failures or {}).get(check.name)
    return result if reason is None else _expected(result, reason)


def refuse_unknown(expected_failures: Mapping[str, str], subjects: Iterable[Subject]) -> None:
    """Raise ``ConfigError`` if an expected failure names a check that no subject has."""
    known = {check.name for subject in subjects for check in checks_of(subject.kind)}
    for name in expected_failures:
        if name not in known:
            raise ConfigError(f"`expected_failures`: unknown check {name!r}; {did_you_mean(name, known)}")


def _performed(check: Check, subject: Subject) -> CheckResult:
    start = time.perf_counter()
    status: Status = "passed"
    message, fix = "", ""
    values: Mapping[str, object] = {}
    try:
        _require(check, subject)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # from libraries, about the faults that checks look for
            values = check.function(subject) or {}
    except NotApplicableError as reason:
        status, message = "skipped", str(reason)
    except CheckFailedError as failure:
        status, message, fix = "failed", failure.message, failure.fix or check.fix
    except ConvlabError as error:
        status, message, fix = "failed", str(error), check.fix
    except (Exception, SystemExit) as error:  # raised by the part
        if os.environ.get("CONVLAB_DEBUG"):
            sys.excepthook(type(error), error, error.__traceback__)
        status, message, fix = "failed", in_one_line(error), check.fix
    return CheckResult(
        subject=str(subject),
        check=check.name,
        title=check.title,
        status=status,
        message=message,
        why=check.why,
        fix=fix,
        values=values,
        seconds=time.perf_counter() - start,
    )


def _require(check: Check, subject: Subject) -> None:
    for needed in checks_of(subject.kind):
        if needed.name in check.needs:
            result = perform(needed, subject)
            if result.status == "failed":
                raise NotApplicableError(f"requires {needed.name}, which failed")
            if result.status == "skipped":
                raise NotApplicableError(result.message)


def _expected(result: CheckResult, reason: str) -> CheckResult:
    if result.status == "failed":
        return replace(result, status="expected failure", message=f"{reason} ({result.message})")
    if result.status == "passed":
        return replace(
            result,
            status="failed",
            message=f"passed, but it is expected to fail: {reason}",
            fix=f"remove {result.check} from the expected failures",
        )
    return result
