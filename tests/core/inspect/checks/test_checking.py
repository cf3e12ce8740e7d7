"""``convlab check`` says what failed, why it matters and how to mend it."""

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


def test_a_plugin_file_is_checked_a_line_a_check_with_why_and_fix(
    plugin_file: Path, cli: Callable[..., Ending]
) -> None:
    ending = cli("check", plugin_file, "--no-plugins")
    assert (ending.exit_code, ending.stderr) == (1, "")
    for expected in (
        f"plugin wide.py (file {plugin_file})\n  ✓ loads",
        "architecture 'wide.py:wide'\n  ✗ summary_fits_a_line",
        "\n           the summary is the name again: 'wide'\n      why  'convlab list' shows a line a part",
        "\n      fix  give the description a summary",
        "architecture_options.rate: must be a valid number",
        "Options does not say what units does",
        "must build a keras.Model, got int",
        "skipped: no network could be built",
    ):
        assert expected in ending.stdout
    assert " failed, " in ending.stdout.splitlines()[-1]


def test_json_holds_every_result_and_the_call_returns_the_same(
    plugin_file: Path, cli: Callable[..., Ending]
) -> None:
    ending = cli("check", "wide", "--plugin", plugin_file, "--no-plugins", "--json")
    report = check(plugin_file)
    told, found = ending.json, report.summary()
    for result in (*told["results"], *found["results"]):
        assert result.pop("seconds") >= 0
    told.pop("target")
    found.pop("target")
    assert told == found
    assert not report.ok
    assert told["failed"] == len(report.failures) > 3


def test_what_is_expected_to_fail_is_told_apart_and_must_go_on_failing(plugin_file: Path) -> None:
    known = {"summary_fits_a_line": "a working title", "loads": "not yet"}
    results = {result.check: result for result in check(plugin_file, expected_failures=known).results}
    assert results["summary_fits_a_line"].status == "expected failure"
    assert results["summary_fits_a_line"].message.startswith("a working title (the summary")
    assert results["loads"].status == "failed"
    assert results["loads"].fix == "take loads off the expected failures"
    with pytest.raises(ConfigError, match="no check 'load'; did you mean 'loads'"):
        check(plugin_file, expected_failures={"load": "not yet"})


def test_an_unknown_target_is_wrong_use_with_the_nearest_name(
    tmp_path: Path, plugin_file: Path, cli: Callable[..., Ending]
) -> None:
    for arguments, words in (
        (["cnnn"], "no plugin or part 'cnnn'; did you mean 'cnn'?"),
        (["cnn", "--kind", "metric"], "no plugin or part 'cnn'"),
        (["cnn", "--kind", "nets"], "no kind 'nets'"),
        ([plugin_file, "--kind", "metric"], "has no metric, but architecture"),
        ([tmp_path / "gone.py"], "no such file"),
    ):
        ending = cli("check", "--no-plugins", *arguments)
        assert (ending.exit_code, ending.stdout) == (2, "")
        assert words in ending.stderr
    with pytest.raises(UnknownNameError):
        check("adam", part_type=Architecture)
