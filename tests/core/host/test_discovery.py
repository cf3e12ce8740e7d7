"""Plugins are discovered in a fixed order, and can be blocked."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from convlab import Metric, PluginHost

Install = Callable[..., None]

PLUGIN = """
from convlab import Metric, hookimpl

@hookimpl
def convlab_metrics():
    name = __name__.removeprefix("convlab_plugin_file_")
    return [Metric(name=name, summary="A metric", build=lambda num_classes, options: None)]
"""
BUILT_INS = ["convlab_datasets", "convlab_architectures", "convlab_plugins"]


def test_built_ins_load_first_then_sorted_entry_points_then_files_in_the_given_order(
    install: Install, tmp_path: Path
) -> None:
    install("zebra", {"ant": PLUGIN, "bee": PLUGIN}, entry_points={"two": "ant", "one": "bee"})
    install("Aardvark", {"yak": PLUGIN})
    files = [plugin_file(tmp_path, "wasp.py"), plugin_file(tmp_path, "midge.py")]

    host = PluginHost(plugin_files=files)

    assert [(provider.name, provider.target, provider.origin) for provider in host.providers] == [
        *(("convlab", module, "built-in") for module in BUILT_INS),
        ("aardvark", "yak", "entry point"),
        ("zebra", "bee", "entry point"),
        ("zebra", "ant", "entry point"),
        ("wasp.py", str(files[0]), "file"),
        ("midge.py", str(files[1]), "file"),
    ]
    metrics = [found.part.name for found in host.parts(Metric)]
    assert metrics[-5:] == ["yak", "bee", "ant", "wasp", "midge"]
    assert {found.provider.origin for found in host.parts(Metric)[:-5]} == {"built-in"}


@pytest.mark.parametrize(
    "blocked",
    ["my-plugin", "My_Plugin", "MY.PLUGIN", "the entry", "other, my-plugin ,", "convlab,my-plugin"],
)
def test_a_plugin_blocked_by_its_distribution_or_entry_point_name_is_never_imported(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocked: str
) -> None:
    trace = install_traced_plugin(install, tmp_path)
    monkeypatch.setenv("CONVLAB_BLOCK_PLUGINS", blocked)

    host = PluginHost()

    assert not trace.exists()
    assert "traced" not in sys.modules
    assert host.failures == []
    assert loaded(host) == ["convlab", "neighbour"]


def test_a_plugin_that_is_not_blocked_is_imported(install: Install, tmp_path: Path) -> None:
    trace = install_traced_plugin(install, tmp_path)
    assert loaded(PluginHost()) == ["convlab", "my-plugin", "neighbour"]
    assert trace.exists()


def test_an_argument_overrides_the_environment_variable(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_traced_plugin(install, tmp_path)
    monkeypatch.setenv("CONVLAB_BLOCK_PLUGINS", "neighbour")
    assert loaded(PluginHost(blocked=["my-plugin"])) == ["convlab", "neighbour"]
    assert loaded(PluginHost(blocked=[])) == ["convlab", "my-plugin", "neighbour"]
    monkeypatch.setenv("CONVLAB_NO_PLUGINS", "1")
    assert loaded(PluginHost(third_party=True)) == ["convlab", "my-plugin"]


@pytest.mark.parametrize(
    ("value", "only_built_ins"), [("1", True), ("true", True), ("0", False), ("", False)]
)
def test_convlab_no_plugins_loads_only_the_built_ins(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, only_built_ins: bool
) -> None:
    trace = install_traced_plugin(install, tmp_path)
    monkeypatch.setenv("CONVLAB_NO_PLUGINS", value)
    host = PluginHost()
    assert trace.exists() is not only_built_ins
    assert loaded(host) == (["convlab"] if only_built_ins else ["convlab", "my-plugin", "neighbour"])


def test_a_host_without_third_party_plugins_still_loads_the_given_files(
    install: Install, tmp_path: Path
) -> None:
    trace = install_traced_plugin(install, tmp_path)
    host = PluginHost(third_party=False, plugin_files=[plugin_file(tmp_path, "mine.py")])
    assert loaded(host) == ["convlab", "mine.py"]
    assert not trace.exists()


def install_traced_plugin(install: Install, folder: Path) -> Path:
    """Install a neighbour, and a plugin that creates a file when it is imported; return that file."""
    trace = folder / "imported"
    source = f"{PLUGIN}\nfrom pathlib import Path\nPath({str(trace)!r}).touch()\n"
    install("My_Plugin", {"traced": source}, entry_points={"the entry": "traced"})
    install("neighbour", {"neighbour_module": PLUGIN})
    return trace


def plugin_file(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text(PLUGIN, encoding="utf-8")
    return path


def loaded(host: PluginHost) -> Iterable[str]:
    return list(dict.fromkeys(provider.name for provider in host.providers))
