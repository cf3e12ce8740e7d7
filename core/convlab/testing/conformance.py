"""The checks of ``convlab check`` as pytest tests."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from convlab.host import PluginHost
from convlab.inspect.checks.expected_failures import ExpectedFailures, reason_for, refuse_unknown
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import Check, checks_of
from convlab.inspect.checks.running import perform
from convlab.inspect.checks.subject import PluginSubject, Subject
from convlab.inspect.checks.targets import plugin_files, subjects_of
from convlab.parts import Part


def parametrize_with_checks(
    *targets: str | Path | Part,
    part_type: type[Part] | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    expected_failures: ExpectedFailures | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make one test of each check of each target, like scikit-learn's decorator of the same name.

    The test function takes one argument, ``check``, and calls it.

    Args:
        targets: what to check, as in ``convlab.check``: a plugin's name, a plugin file's path, a part's name,
            or a description such as an ``Architecture``.
        part_type: restricts the checks to one kind of part, such as ``Dataset``.
        host: where to look up plugins; by default all installed ones, and the targets that are files.
        data_dir: a folder to search for data files first.
        options: values of options by kind, such as ``{"architecture": {"units": 8}}``; by default, parts are
            checked with their defaults.
        expected_failures: a reason for each check that is known to fail: of everything checked or, in a
            mapping of its own, of the part with a name. Their tests are marked as strict expected failures.

    Raises:
        UnknownNameError: nothing, or parts of more than one third party, have a target's name.
        ConfigError: there is no such file, option or check.

    Example::

        from convlab.testing import parametrize_with_checks

        @parametrize_with_checks(
            "convlab-tinynet", expected_failures={"tinynet": {"overfits_one_batch": "only six weights"}}
        )
        def test_it_passes(check):
            check()
    """
    expected_failures = expected_failures or {}
    host = host or PluginHost(plugin_files=plugin_files(targets))
    folder = None if data_dir is None else str(data_dir)
    subjects = [
        subject for target in targets for subject in subjects_of(target, host, part_type, folder, options)
    ]
    refuse_unknown(expected_failures, subjects)
    items = [
        _item(check, subject, reason_for(check.name, subject, expected_failures))
        for subject in {str(subject): subject for subject in subjects}.values()  # each plugin only once
        for check in checks_of(subject.kind)
    ]
    return pytest.mark.parametrize("check", items)


def _item(check: Check, subject: Subject, reason: str | None) -> Any:
    marks = [] if reason is None else [pytest.mark.xfail(raises=CheckFailedError, reason=reason, strict=True)]
    return pytest.param(
        functools.partial(_run, check, subject), id=f"{_name(subject)}-{check.name}", marks=marks
    )


def _run(check: Check, subject: Subject) -> None:
    __tracebackhide__ = True
    result = perform(check, subject)
    if result.status == "skipped":
        pytest.skip(result.message)
    if result.status == "failed":
        location = f"\nat: {result.location}" if result.location else ""
        message = f"{subject}: {result.message}{location}\nwhy: {result.why}\nfix: {result.fix}"
        raise CheckFailedError(message, fix=result.fix)


def _name(subject: Subject) -> str:
    if isinstance(subject, PluginSubject):
        return f"{subject.provider.name}-{subject.provider.target.rpartition('/')[2]}"
    return str(subject).replace("'", "").replace(" ", "-")
