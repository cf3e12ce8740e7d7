"""``convlab list``, ``show`` and ``plugins``, for people and for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from convlab.cli.app import app
from convlab.parts import PART_TYPES

SHADOWING = """
from convlab import Architecture, hookimpl

@hookimpl
def convlab_architectures():
    print("plugins may print")
    return [Architecture(name=name, summary="[bold]not markup[/]", build=lambda a, b, c: None)
            for name in ("cnn", "mine")]
"""


def invoke(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def shadowing(tmp_path: Path) -> str:
    file = tmp_path / "shadowing.py"
    file.write_text(SHADOWING, encoding="utf-8")
    return str(file)


def test_list_prints_the_shortest_unambiguous_name_of_each_part(shadowing: str) -> None:
    rows = json.loads(invoke("list", "architectures", "--json", "--plugin", shadowing).stdout)
    names = [row["name"] for row in rows]
    assert (names[:2], names[-2:]) == (["mlp", "cnn"], ["shadowing.py:cnn", "mine"])
    assert rows[0] | {"version": "any"} == {
        "kind": "architecture",
        "name": "mlp",
        "qualified_name": "convlab:mlp",
        "summary": "Multilayer perceptron",
        "provider": "convlab",
        "version": "any",
    }
    assert "[bold]not markup[/]" in invoke("list", "--plugin", shadowing).stdout


def test_list_accepts_a_kind_in_the_singular_or_the_plural() -> None:
    assert invoke("list", "metric").stdout == invoke("list", "metrics").stdout
    refused = CliRunner().invoke(app, ["list", "metrix"])
    assert refused.exit_code == 2
    assert "unknown kind 'metrix'; did you mean 'metric'?" in refused.stderr


def test_show_prints_the_type_default_and_description_of_each_option() -> None:
    shown = json.loads(invoke("show", "architecture", "cnn", "--json").stdout)
    options = {option["name"]: option for option in shown["options"]}
    assert options["filters"]["type"] == "tuple[int ≥ 1, ...] length ≥ 1"
    assert options["filters"]["default"] == [32, 64]
    assert all(option["summary"] for option in shown["options"])
    page = invoke("show", "architecture", "cnn").stdout
    assert "float ≥ 0, < 1" in page
    assert "Fraction of each dense layer's outputs dropped during training." in page
    assert json.loads(invoke("show", "optimizer", "sgd", "--json").stdout)["learning_rate"] == 0.05


def test_every_built_in_option_is_documented() -> None:
    for row in json.loads(invoke("list", "--json").stdout):
        shown = json.loads(invoke("show", row["kind"], row["name"], "--json").stdout)
        assert all(option["summary"].endswith(".") for option in shown["options"]), shown["name"]


def test_plugins_shows_the_traceback_of_a_failure(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import not_there_at_all\n", encoding="utf-8")
    shown = json.loads(invoke("plugins", "--json", "--plugin", str(broken)).stdout)
    assert [plugin["provider"] for plugin in shown["plugins"]] == ["convlab"] * 3
    assert [(failure["provider"], failure["stage"]) for failure in shown["failures"]] == [
        ("broken.py", "import")
    ]
    assert "Traceback" in shown["failures"][0]["traceback"]
    page = invoke("plugins", "--plugin", str(broken)).stdout
    assert "ModuleNotFoundError: No module named 'not_there_at_all'" in page


def test_the_command_alone_prints_the_help_and_version_the_version() -> None:
    assert "convlab run trains a small CNN" in invoke().stdout
    assert invoke("--version").stdout.startswith("convlab ")
    for command in ("run", "list", "show", "plugins", "doctor", "new"):
        assert "Example: " in invoke(command, "--help").stdout


def test_commands_that_take_a_kind_name_all_kinds_in_their_help() -> None:
    for command in ("list", "show", "new"):
        text = " ".join(invoke(command, "--help").stdout.split())
        for part_type in PART_TYPES:
            assert str(part_type.kind) in text, (command, part_type)
