"""A plugin can be a single Python file, passed as ``plugin_files`` or with ``--plugin``."""

import hashlib
import sys
from pathlib import Path

import pytest

from convlab import Architecture, ConfigError, PluginHost
from convlab.options.reading import option_fields, read_options

# The annotations are strings, which must be resolved in the module of the file.
PLUGIN = '''
from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from convlab import Architecture, hookimpl

Width = Literal[8, 16]


@dataclass(frozen=True)
class Options:
    width: Width = 8
    """Units of the hidden layer."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0


def build(input_shape, num_classes, options):
    raise AssertionError("listing must not build")


@hookimpl
def convlab_architectures():
    return [Architecture(name="net", summary="A net", build=build, options=Options)]
'''


def test_parts_of_a_file_are_qualified_by_the_file_name(tmp_path: Path) -> None:
    file = write(tmp_path / "my net.py", PLUGIN)
    host = PluginHost(plugin_files=[str(file)], third_party=False)
    found = host.find(Architecture, "net")
    assert found == host.find(Architecture, "my net.py:net")
    assert found.canonical_name == "my net.py:net"
    assert str(found.provider) == f"my net.py (file {file})"


def test_options_with_string_annotations_are_read(tmp_path: Path) -> None:
    host = PluginHost(plugin_files=[write(tmp_path / "net.py", PLUGIN)], third_party=False)
    options = host.find(Architecture, "net").part.options
    assert options is not None
    width, dropout = option_fields(options)
    assert (width.type, width.default, width.summary) == ("8 | 16", 8, "Units of the hidden layer.")
    assert dropout.type == "float ≥ 0, < 1"
    assert read_options(options, {"width": 16}, key="architecture_options", owner="net").width == 16
    with pytest.raises(ConfigError, match="width`: must be 8 or 16, got 9"):
        read_options(options, {"width": 9}, key="architecture_options", owner="net")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_record_of_a_file_has_the_source_that_ran_and_its_hash(tmp_path: Path, newline: str) -> None:
    content = f"{PLUGIN}# größer\n".replace("\n", newline).encode()
    file = tmp_path / "net.py"
    file.write_bytes(content)
    provider = PluginHost(plugin_files=[file], third_party=False).find(Architecture, "net").provider
    file.write_text("# changed after loading", encoding="utf-8")
    assert provider.record() == {
        "provider": "net.py",
        "version": None,
        "origin": "file",
        "target": str(file),
        "text": content.decode(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_a_file_is_never_loaded_from_the_bytecode_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = write(tmp_path / "net.py", PLUGIN)
    for name in ("net", "ten"):
        write(file, PLUGIN.replace('name="net"', f'name="{name}"'))  # same length and modification second
        host = PluginHost(plugin_files=[file], third_party=False)
        assert host.find(Architecture, name).provider.name == "net.py"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.py", "does not exist"),
        ("folder", "is a folder; name a Python file in it"),
        ("notes.txt", "is not a Python file; its name must end in .py"),
    ],
)
def test_a_plugin_file_must_be_a_python_file(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    write(tmp_path / "notes.txt", PLUGIN)
    with pytest.raises(ConfigError) as raised:
        PluginHost(plugin_files=[tmp_path / name], third_party=False)
    assert str(raised.value) == f"`plugin_files`: {str(tmp_path / name)!r} {reason}"


@pytest.mark.parametrize(
    ("content", "error", "text"),
    [
        (b"import no_such_module", ModuleNotFoundError, "no_such_module"),
        (b"def broken(:", SyntaxError, "invalid syntax"),
        (b"import sys\nsys.exit()", SystemExit, "no message"),
        ("# größer".encode("latin-1"), UnicodeDecodeError, "'utf-8' codec can't decode"),
        (b"NAME = '\0'", ValueError, "null bytes"),
    ],
    ids=["import", "syntax", "exit", "not UTF-8", "binary"],
)
def test_a_file_that_cannot_be_imported_is_a_failure_and_the_next_file_works(
    tmp_path: Path, content: bytes, error: type[Exception], text: str
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_bytes(content)
    host = PluginHost(plugin_files=[broken, write(tmp_path / "net.py", PLUGIN)], third_party=False)
    [failure] = host.failures
    assert (failure.provider.name, failure.provider.target, failure.stage) == (
        "broken.py",
        str(broken),
        "import",
    )
    assert isinstance(failure.error, error | SyntaxError)
    assert text in str(failure)
    assert not [name for name in sys.modules if name.startswith("convlab_plugin_file_broken")]
    assert host.find(Architecture, "net").provider.name == "net.py"


def test_a_file_passed_twice_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "net.py", PLUGIN)
    monkeypatch.chdir(tmp_path)
    host = PluginHost(plugin_files=[file, "net.py", "./net.py"], third_party=False, strict=True)
    assert [provider.target for provider in host.providers if provider.origin == "file"] == [str(file)]


def test_two_files_with_the_same_name_provide_all_parts_with_different_names(tmp_path: Path) -> None:
    first = write(tmp_path / "one" / "net.py", PLUGIN)
    second = write(
        tmp_path / "two" / "net.py", PLUGIN.replace('name="net"', 'name="other"').replace("8, 16", "32, 64")
    )
    host = PluginHost(plugin_files=[first, second], third_party=False, strict=True)
    for name, file, widths in (("net", first, "8 | 16"), ("other", second, "32 | 64")):
        found = host.find(Architecture, f"net.py:{name}")
        assert found.provider.target == str(file)
        assert found.part.options is not None
        assert option_fields(found.part.options)[0].type == widths


def test_of_two_files_with_the_same_name_and_part_the_first_is_kept(tmp_path: Path) -> None:
    first = write(tmp_path / "one" / "net.py", PLUGIN)
    second = write(tmp_path / "two" / "net.py", PLUGIN)
    host = PluginHost(plugin_files=[first, second], third_party=False)
    assert host.find(Architecture, "net").provider.target == str(first)
    [failure] = host.failures
    assert (failure.provider.target, failure.stage) == (str(second), "item")
    assert str(failure.error) == (f"duplicate architecture 'net.py:net'; keeping the one from {first}")


def test_two_hosts_can_load_the_same_file(tmp_path: Path) -> None:
    file = write(tmp_path / "net.py", PLUGIN)
    hosts = [PluginHost(plugin_files=[file], third_party=False, strict=True) for _ in range(2)]
    for host in hosts:
        options = host.find(Architecture, "net").part.options
        assert options is not None
        assert option_fields(options)[0].summary == "Units of the hidden layer."
        assert options.__module__ == "convlab_plugin_file_net"


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
