"""``convlab check``: all checks of a plugin, a plugin file or a part."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from convlab.host import PluginHost
from convlab.inspect.checks.expected_failures import ExpectedFailures, refuse_unknown
from convlab.inspect.checks.outcome import CheckReport, CheckResult
from convlab.inspect.checks.registry import checks_of
from convlab.inspect.checks.running import perform
from convlab.inspect.checks.targets import plugin_files, subjects_of
from convlab.parts import Part


def check(
    target: str | Path | Part,
    *,
    part_type: type[Part] | None = None,
    host: PluginHost | None = None,
    data_dir: str | Path | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    expected_failures: ExpectedFailures | None = None,
    on_result: Callable[[CheckResult], None] = lambda _: None,
) -> CheckReport:
    """Check a plugin and its parts, or one part, without downloading anything: ``convlab check``.

    Args:
        target: a plugin's name, as ``convlab plugins`` prints it, the path of a plugin file, a part's bare or
            qualified name, or a description such as an ``Architecture``.
        part_type: restricts the check to one kind of part, such as ``Dataset``.
        host: where to look up plugins; by default all installed ones, and ``target`` if it is a file.
        data_dir: a folder to search for data files first.
        options: values of options by kind, such as ``{"architecture": {"units": 8}}``; by default, parts are
            checked with their defaults.
        expected_failures: a reason for each check that is known to fail: of everything checked, or of the
            part with a name, as in ``{"tinynet": {"overfits_one_batch": "only six weights"}}``. If one of
            them passes, that counts as a failure.
        on_result: called with each result as soon as it is available.

    Returns:
        The report; its ``ok`` is true if no check failed.

    Raises:
        UnknownNameError: nothing, or parts of more than one third party, have that name.
        ConfigError: there is no such file, option or check.

    Example::

        from convlab import check

        report = check("mlp")
        for failure in report.failures:
            print(failure.check, failure.message, failure.fix)
    """
    expected_failures = expected_failures or {}
    host = host or PluginHost(plugin_files=plugin_files([target]))
    folder = None if data_dir is None else str(data_dir)
    subjects = subjects_of(target, host, part_type, folder, options)
    refuse_unknown(expected_failures, subjects)
    results = []
    for subject in subjects:
        for one in checks_of(subject.kind):
            results.append(perform(one, subject, expected_failures))
            on_result(results[-1])
    return CheckReport(target=str(target), results=tuple(results))
