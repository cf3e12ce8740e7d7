"""Runs checks, each once per subject."""

import os
import sys
import time
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from convlab.errors import ConvlabError, in_one_line, message_of
from convlab.host.isolation import isolated
from convlab.inspect.checks.author_code import is_a_slip, raised_at, raised_by_a_check
from convlab.inspect.checks.expected_failures import ExpectedFailures, as_expected, reason_for
from convlab.inspect.checks.outcome import CheckFailedError, CheckResult, NotApplicableError, Status
from convlab.inspect.checks.registry import Check, checks_of
from convlab.inspect.checks.subject import Subject
from convlab.system.tensorflow_start import start_tensorflow

_SHOW = "set CONVLAB_DEBUG=1 to see the traceback"


def perform(check: Check, subject: Subject, expected_failures: ExpectedFailures | None = None) -> CheckResult:
    """Run a check, or return its result if it has already run on the subject.

    Args:
        check: one of ``checks_of(subject.kind)``.
        subject: the plugin or part.
        expected_failures: the checks that are known to fail, each with a reason.
    """
    if check.name not in subject.outcomes:
        if subject.needs_tensorflow:
            start_tensorflow()
        subject.outcomes[check.name] = _performed(check, subject)
    result = subject.outcomes[check.name]
    return as_expected(result, reason_for(check.name, subject, expected_failures))


def _performed(check: Check, subject: Subject) -> CheckResult:
    start = time.perf_counter()
    status: Status = "passed"
    message, location, fix = "", "", ""
    values: Mapping[str, object] = {}
    with isolated() as code:
        _require(check, subject)
        with warnings.catch_warnings(), _defaults(subject), subject.watching():
            warnings.simplefilter("ignore")  # from libraries, about the faults that checks look for
            values = check.function(subject) or {}
    if isinstance(code.error, NotApplicableError):
        status, message = "skipped", str(code.error)
    elif code.error is not None:
        if os.environ.get("CONVLAB_DEBUG"):
            sys.excepthook(type(code.error), code.error, code.error.__traceback__)
        status, (message, location, fix) = "failed", _explained(code.error, check, subject)
    return CheckResult(
        subject=str(subject),
        check=check.name,
        title=check.title,
        status=status,
        message=message,
        location=location,
        why=check.why,
        fix=fix,
        values=values,
        seconds=time.perf_counter() - start,
    )


def _explained(error: BaseException, check: Check, subject: Subject) -> tuple[str, str, str]:
    """Return what is wrong, in which line of the author's code, and how to fix it."""
    location = raised_at(error, subject.sources)
    foreseen = isinstance(error, CheckFailedError | ConvlabError)
    message = message_of(error) if foreseen else in_one_line(error)
    if location and (not foreseen or is_a_slip(error)):
        return message, location, f"fix the code in this line; {_SHOW}"
    if not foreseen and (in_check := raised_by_a_check(error)):
        fix = f"{_SHOW}; if it does not come from your code, report it as a bug in convlab"
        return f"the check itself failed: {message}", in_check, fix
    return message, location, (isinstance(error, CheckFailedError) and error.fix) or check.fix


def _defaults(subject: Subject) -> AbstractContextManager[None]:
    """Return the settings of Keras in which convlab runs a part, whatever this machine's are."""
    if not subject.needs_tensorflow:
        return nullcontext()
    from convlab.system.keras_defaults import keras_defaults

    return keras_defaults()


def _require(check: Check, subject: Subject) -> None:
    for needed in checks_of(subject.kind):
        if check.last and not needed.last:
            perform(needed, subject)
        if needed.name in check.needs:
            result = perform(needed, subject)
            if result.status == "failed":
                raise NotApplicableError(f"requires {needed.name}, which failed")
            if result.status == "skipped":
                raise NotApplicableError(result.message)
