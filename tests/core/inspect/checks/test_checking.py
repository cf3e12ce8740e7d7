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
    assert ending.exit_code == 1
    assert ending.stderr in ("", "starting TensorFlow\n")
    for expected in (
        f"plugin wide.py (file {plugin_file})\n  ✓ loads",
        "architecture 'wide.py:wide'\n  ✗ summary_fits_a_line",
        "\n           the summary 'wide' only repeats the name\n      why  'convlab list' shows one line",
        "\n      fix  give the part a summary",
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


TWO = """
from dataclasses import dataclass

from convlab import Metric, hookimpl


@dataclass(frozen=True)
class Options:
    k: int = 1
    \"\"\"Rank.\"\"\"


def build(num_classes, options):
    import keras

    def misspelled(labels, logits):
        return kears.ops.max(logits)

    if options.k == 2:
        return keras.metrics.MeanMetricWrapper(misspelled)
    return keras.metrics.SparseTopKCategoricalAccuracy(options.k)


@hookimpl
def convlab_metrics():
    return [
        Metric(name="good", summary="Top k", build=build, options=Options),
        Metric(name="bad", summary="bad", build=build, options=Options),
    ]
"""


@pytest.fixture
def two_metrics(tmp_path: Path) -> Path:
    file = tmp_path / "two.py"
    file.write_text(TWO, encoding="utf-8")
    return file


def test_a_failure_is_expected_of_the_part_with_a_name_alone(two_metrics: Path) -> None:
    reason = {"summary_fits_a_line": "a working title"}
    for name in ("bad", "two.py:bad"):
        report = check(two_metrics, expected_failures={name: reason})
        assert [result.subject for result in report.results if result.status == "expected failure"] == [
            "metric 'two.py:bad'"
        ]
        assert report.ok
    [failure] = check(two_metrics, expected_failures={"bad": reason, "good": reason}).failures
    assert (failure.subject, failure.fix) == (
        "metric 'two.py:good'",
        "remove summary_fits_a_line from the expected failures",
    )
    with pytest.raises(ConfigError, match="unknown plugin or part 'goood'; did you mean 'good'"):
        check(two_metrics, expected_failures={"goood": reason})
    with pytest.raises(ConfigError, match="unknown check of 'good': 'reset'; did you mean 'resets'"):
        check(two_metrics, expected_failures={"good": {"reset": "not yet"}})


def test_a_part_is_checked_with_the_options_that_are_given_and_its_errors_name_its_line(
    two_metrics: Path, cli: Callable[..., Ending]
) -> None:
    ending = cli("check", "good", "--plugin", two_metrics, "--no-plugins", "-s", "metric.k=2")
    assert ending.exit_code == 1
    line = TWO.splitlines().index("        return kears.ops.max(logits)") + 1
    for expected in (
        "NameError: name 'kears' is not defined",
        f"at   {two_metrics}, line {line}",
        "fix  fix the code",
    ):
        assert expected in ending.stdout
    for setting, words in (
        ("metric.k=two", "-s metric.k: must be a valid integer, got 'two'"),
        ("metric.j=2", "-s metric.j: metric 'two.py:good' has no such option; choose from k"),
        ("optimizer.momentum=1", "provides no optimizer"),
        ("train.epochs=1", "train.epochs: is not an option of a part"),
    ):
        ending = cli("check", "good", "--plugin", two_metrics, "--no-plugins", "-s", setting)
        assert (ending.exit_code, ending.stdout) == (2, "")
        assert words in ending.stderr


def test_an_error_in_a_check_is_not_blamed_on_the_part(monkeypatch: pytest.MonkeyPatch) -> None:
    from convlab.inspect.checks import description

    monkeypatch.setattr(description, "_MAX_SUMMARY_LENGTH", None)
    [failure] = check("accuracy").failures[:1]
    assert failure.message.startswith("the check itself failed: TypeError")
    assert failure.location.startswith(f"{description.__file__}, line ")
    assert failure.fix.endswith("report it as a bug in convlab")


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
