"""A new kind of part is declared in one place; commands, settings and checks offer it without changes."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# The kind, a plugin that provides two parts of it, and a check.
SHUFFLERS = '''
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from convlab.parts import PART_TYPES, Kind, Part


@dataclass(frozen=True, kw_only=True)
class Shuffler(Part):
    """An order of the training images."""

    kind: ClassVar[Kind] = Kind(
        name="shuffler",
        flag="-p",
        help="The order of the training images.",
        default="uniform",
        checks=("shuffler_checks",),
    )
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("labels", "options")

    build: Callable[[Any, Any], Any]


PART_TYPES.append(Shuffler)
'''
CHECKS = """
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check


@check("The shuffler returns every index", why="an epoch sees each image", fix="return a permutation")
def is_a_permutation(subject):
    order = subject.part.build([0, 1, 0, 1], subject.options())
    if sorted(order) != [0, 1, 2, 3]:
        raise CheckFailedError(f"the order is {order}")
"""
PLUGIN = '''
from dataclasses import dataclass

from convlab import hookimpl
from shufflers import Shuffler


@dataclass(frozen=True)
class Options:
    stride: int = 2
    """Distance between two images in a row."""


def strided(labels, options):
    count = len(labels)
    return [index for start in range(options.stride) for index in range(start, count, options.stride)]


@hookimpl
def convlab_shufflers():
    return [
        Shuffler(name="uniform", summary="In order", build=lambda labels, options: [0] * len(labels)),
        Shuffler(name="strided", summary="Every n-th image", build=strided, options=Options),
    ]
'''
RUN = "import shufflers\nfrom convlab.cli import main\nmain()"

Convlab = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def convlab(tmp_path: Path) -> Convlab:
    """The command line in a process to which the kind has been added."""
    for name, source in (("shufflers", SHUFFLERS), ("shuffler_checks", CHECKS), ("plugin", PLUGIN)):
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    (tmp_path / "experiment.toml").write_text(
        'shuffler = "strided"\n[shuffler_options]\nstride = 3\n', encoding="utf-8"
    )

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", RUN, *arguments, "--plugin", "plugin.py", "--no-plugins"],
            cwd=tmp_path,
            env=os.environ | environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run


def test_its_parts_are_listed_and_shown_with_their_options(convlab: Convlab) -> None:
    rows = json.loads(convlab("list", "shufflers", "--json").stdout)
    assert [row["name"] for row in rows] == ["uniform", "strided"]
    shown = convlab("show", "shuffler", "strided").stdout
    assert "Distance between two images in a row." in shown
    assert "-s shuffler.stride=…" in shown
    assert "shuffler uniform, shuffler strided" in convlab("plugins").stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "shuffler", "options"),
    [
        ([], {}, "plugin.py:uniform", {}),
        (["experiment.toml"], {}, "plugin.py:strided", {"stride": 3}),
        ([], {"CONVLAB_SHUFFLER": "strided"}, "plugin.py:strided", {"stride": 2}),
        (["--shuffler", "strided"], {}, "plugin.py:strided", {"stride": 2}),
        (["-p", "strided", "-s", "shuffler.stride=4"], {}, "plugin.py:strided", {"stride": 4}),
        (["experiment.toml", "-s", "shuffler.stride=5"], {}, "plugin.py:strided", {"stride": 5}),
        (["experiment.toml", "-p", "uniform"], {}, "plugin.py:uniform", {}),
    ],
)
def test_an_experiment_names_and_records_it(
    convlab: Convlab,
    arguments: list[str],
    environment: dict[str, str],
    shuffler: str,
    options: dict[str, Any],
) -> None:
    printed = convlab("run", *arguments, "--print-config", **environment)
    assert printed.returncode == 0, printed.stderr
    experiment = tomllib.loads(printed.stdout)
    assert (experiment["shuffler"], experiment["shuffler_options"]) == (shuffler, options)


def test_its_errors_and_help_are_those_of_the_built_in_kinds(convlab: Convlab) -> None:
    refused = convlab("run", "-p", "stridden")
    assert refused.returncode == 2
    assert "error: unknown shuffler 'stridden'; did you mean 'strided'?" in refused.stderr
    refused = convlab("run", "-p", "strided", "-s", "shuffler.stride=x", "--print-config")
    assert "error: -s shuffler.stride: must be a valid integer, got 'x'" in refused.stderr
    assert (
        "The order of the training images (default: uniform)"
        in convlab("run", "--help", COLUMNS="200").stdout
    )


def test_it_is_checked_by_checks_of_its_own(convlab: Convlab) -> None:
    checked = json.loads(convlab("check", "plugin.py", "--json").stdout)
    found = {
        result["subject"]: (result["status"], result["message"])
        for result in checked["results"]
        if result["check"] == "is_a_permutation"
    }
    assert found == {
        "shuffler 'plugin.py:uniform'": ("failed", "the order is [0, 0, 0, 0]"),
        "shuffler 'plugin.py:strided'": ("passed", ""),
    }
