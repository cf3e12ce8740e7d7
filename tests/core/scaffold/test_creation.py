"""``convlab new`` creates a complete package or nothing, and never overwrites files."""

import ast
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from convlab import ConfigError, ConvlabError, create_package
from convlab.cli.app import app
from convlab.parts import PART_TYPES

KINDS = [part_type.kind.name for part_type in PART_TYPES]


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["new", *arguments])


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_of_each_kind_has_only_valid_files_without_placeholders(
    kind: str, tmp_path: Path
) -> None:
    created = create_package(kind, "two-words", to=tmp_path)
    written = {str(path.relative_to(created.folder)) for path in created.folder.rglob("*") if path.is_file()}
    assert written == set(created.files)
    assert {
        ".gitignore",
        ".github/workflows/test.yml",
        "LICENSE",
        "src/convlab_two_words/py.typed",
    } <= written
    assert created.begin_with in written
    for path in created.folder.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))
    for file in written:
        text = (created.folder / file).read_text(encoding="utf-8")
        assert "$" not in text, file
        assert text.endswith("\n") or not text
    project = tomllib.loads((created.folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == created.folder.name == "convlab-two-words"
    assert project["entry-points"]["convlab"] == {"two_words": "convlab_two_words"}


def test_the_command_prints_the_next_steps_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke("architectures", "convlab-tinynet")
    assert result.exit_code == 0, result.output
    positions = [
        result.stdout.index(command)
        for command in (
            "convlab-tinynet\n",
            "pip install -e ./convlab-tinynet",
            "convlab check tinynet",
            "convlab run -a tinynet",
            "convlab-tinynet/src/convlab_tinynet/network.py",
        )
    ]
    assert positions == sorted(positions)
    as_json = json.loads(invoke("metric", "other", "--to", "deep/folder", "--json").stdout)
    assert Path(as_json["folder"]).is_dir()
    assert as_json["commands"][2] == "convlab run -m other"


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("architecture", "TinyNet", "such as 'tinynet'"),
        ("architecture", "tiny net!", "such as 'tiny-net'"),
        ("architecture", "../tinynet", "such as 'tinynet'"),
        ("architecture", "", "such as 'tinynet'"),
        ("architecture", "a" * 33, "at most 32"),
        ("architecture", "cnn", "convlab includes the architecture 'cnn'; choose another, such as my-cnn"),
        ("optimizer", "convlab-adam", "convlab includes the optimizer 'adam'"),
        ("metric", "plugins", "the package convlab_plugins is part of convlab"),
    ],
)
def test_an_invalid_name_is_refused_with_a_valid_suggestion(
    kind: str, name: str, message: str, tmp_path: Path
) -> None:
    result = invoke(kind, name, "--to", str(tmp_path))
    assert result.exit_code == 2
    assert message in result.stderr
    assert not list(tmp_path.iterdir())


def test_existing_files_are_not_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "convlab-tinynet" / "mine.txt"
    mine.parent.mkdir()
    create_package("architecture", "tinynet", to=tmp_path)  # an empty folder is replaced
    mine.write_text("my work", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError, match="is not empty, and files are never overwritten"):
        create_package("architecture", "tinynet", to=tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    (tmp_path / "convlab-other").write_text("a file", encoding="utf-8")
    with pytest.raises(ConfigError, match="exists and is not a folder"):
        create_package("metric", "other", to=tmp_path)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_creation_leaves_no_files_behind(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_text(path: Path, text: str) -> None:
        if path.suffix == ".py":
            raise error
        path.write_text(text, encoding="utf-8")

    monkeypatch.setattr("convlab.scaffold.creation.write_text", write_text)
    with pytest.raises((ConvlabError, KeyboardInterrupt)) as raised:
        create_package("dataset", "shapes", to=tmp_path)
    assert not list(tmp_path.iterdir())
    if isinstance(error, OSError):
        assert "No space left on device" in str(raised.value)


def test_an_unwritable_folder_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = invoke("metric", "calibration", "--to", str(tmp_path / "file"))
    assert result.exit_code == 1
    assert "choose another folder with --to" in result.stderr
    assert len(result.stderr.splitlines()) == 1
