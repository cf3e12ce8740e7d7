"""If six of eight installed plugins are broken, each in its own way, the other two still work."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlab.testing import Ending

HOOK = "\n\n@hookimpl\ndef convlab_metrics():\n    "
METRIC = "Metric(name='{}', summary='A metric', build=lambda num_classes, options: None)"
BROKEN = {
    "syntax": "def broken(:",
    "exiting": "raise SystemExit('exiting')",
    "missing": "import no_such_module",
    "raising": HOOK + "1 / 0",
    "single": HOOK + f"return {METRIC.format('single')}",
    "unknown": "\n\n@hookimpl\ndef convlab_nets():\n    return []",
}
WORKING = {name: HOOK + f"return [{METRIC.format(name)}]" for name in ("one", "two")}


@pytest.fixture
def eight_plugins(install: Callable[..., None]) -> None:
    for name, source in {**BROKEN, **WORKING}.items():
        install(f"convlab-{name}", {f"plugin_{name}": f"from convlab import Metric, hookimpl\n{source}\n"})


@pytest.mark.usefixtures("eight_plugins")
def test_list_shows_all_working_parts_and_warns_about_each_broken_plugin(cli: Callable[..., Ending]) -> None:
    listed = cli("list", "metrics", "--json")
    names = [part["name"] for part in listed.json]
    assert {"accuracy", "one", "two"} <= set(names)
    assert not {"single", "exiting"} & set(names)
    assert listed.exit_code == 0
    warnings = listed.stderr.splitlines()
    assert len(warnings) == 6
    for name in BROKEN:
        assert len([line for line in warnings if line.startswith(f"warning: plugin convlab-{name} 1.0")]) == 1


@pytest.mark.usefixtures("eight_plugins")
def test_a_run_that_uses_no_plugin_is_not_affected_by_broken_ones(
    cli: Callable[..., Ending], tmp_path: Path
) -> None:
    def test_results(*flags: str) -> dict[str, Any]:
        ending = cli(
            "run",
            "-a",
            "mlp",
            "-e",
            1,
            "--runs-dir",
            tmp_path / "runs",
            "--quiet",
            "--json",
            "-s",
            "train.compile=off",
            *flags,
        )
        assert ending.exit_code == 0, ending.stderr
        results: dict[str, Any] = ending.json["test"]
        return results

    assert test_results() == test_results("--no-plugins")


@pytest.mark.usefixtures("eight_plugins")
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("syntax", "import: SyntaxError"),
        ("exiting", "import: SystemExit: exiting"),
        ("missing", "No module named 'no_such_module'"),
        ("raising", "plugin_raising.py, line 6)"),
        ("single", "expected a list of parts from convlab_metrics"),
        ("unknown", "unknown hook 'convlab_nets'; did you mean"),
    ],
)
def test_check_reports_the_problem_of_each_broken_plugin(
    cli: Callable[..., Ending], name: str, problem: str
) -> None:
    ending = cli("check", f"convlab-{name}", "--json")
    loads, *others = ending.json["results"]
    assert ending.exit_code == 1
    assert (loads["check"], loads["status"]) == ("loads", "failed")
    assert problem in loads["message"]
    assert "'convlab plugins' prints it in full" in loads["fix"]
    assert {other["message"] for other in others} == {"requires loads, which failed"}
