"""``convlab check`` reports what failed, why it matters and how to fix it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlab import Architecture, ConfigError, UnknownNameError, check
from convlab.testing import Ending

PLUGIN = '''
from dataclasses import dataclass

from convlab import Architecture, hookimpl


@dataclass(frozen=True)
class Options:
    units: int = 8
    rate: float = "half"
    """Fraction dropped."""


@hookimpl
def convlab_architectures():
    return [Architecture(name="wide", summary="wide", build=lambda a, b, c: 3, options=Options)]
'''


@pytest.fixture
def plugin_file(tmp_path: Path) -> Path:
    file = tmp_path / "wide.py"
    file.write_text(PLUGIN, encoding="utf-8")
    return file


def test_checking_a_plugin_file_prints_one_line_per_check_with_why_and_fix(
    plugin_file: Path, cli: Callable[..., Ending]
) -> None:
    ending = cli("check", plugin_file, "--no-plugins")
    assert (ending.exit_code, ending.stderr) == (1, "")
    for expected in (
        f"plugin wide.py (file {plugin_file})\n  ✓ loads",
        "architecture 'wide.py:wide'\n  ✗ summary_fits_a_line",
        "\n           the summary 'wide' only repeats the name\n      why  'convlab list' shows one line",
        "\n      fix  give the description a summary",
        "`architecture_options.rate`: must be a valid number",
        "Options does not document units",
        "must build a keras.Model, got int",
        "skipped: no network could be built",
    ):
        assert expected in ending.stdout
    assert " failed, " in ending.stdout.splitlines()[-1]


def test_json_contains_every_result_that_the_call_returns(
    plugin_file: Path, cli: Callable[..., Ending]
) -> None:
    ending = cli("check", "wide", "--plugin", plugin_file, "--no-plugins", "--json")
    report = check(plugin_file)
    printed, found = ending.json, report.summary()
    for result in (*printed["results"], *found["results"]):
        assert result.pop("seconds") >= 0
    printed.pop("target")
    found.pop("target")
    assert printed == found
    assert not report.ok
    assert printed["failed"] == len(report.failures) > 3


def test_an_expected_failure_is_reported_as_such_and_must_fail(plugin_file: Path) -> None:
    known = {"summary_fits_a_line": "a working title", "loads": "not yet"}
    results = {result.check: result for result in check(plugin_file, expected_failures=known).results}
    assert results["summary_fits_a_line"].status == "expected failure"
    assert results["summary_fits_a_line"].message.startswith("a working title (the summary")
    assert results["loads"].status == "failed"
    assert results["loads"].fix == "remove loads from the expected failures"
    with pytest.raises(ConfigError, match="unknown check 'load'; did you mean 'loads'"):
        check(plugin_file, expected_failures={"load": "not yet"})


def test_an_unknown_target_is_a_usage_error_that_suggests_the_nearest_name(
    tmp_path: Path, plugin_file: Path, cli: Callable[..., Ending]
) -> None:
    for arguments, words in (
        (["cnnn"], "no plugin or part 'cnnn'; did you mean 'cnn'?"),
        (["cnn", "--kind", "metric"], "no plugin or part 'cnn'"),
        (["cnn", "--kind", "nets"], "unknown kind 'nets'"),
        ([plugin_file, "--kind", "metric"], "but no metric; omit the --kind"),
        ([tmp_path / "gone.py"], "does not exist"),
    ):
        ending = cli("check", "--no-plugins", *arguments)
        assert (ending.exit_code, ending.stdout) == (2, "")
        assert words in ending.stderr
    with pytest.raises(UnknownNameError):
        check("adam", part_type=Architecture)
