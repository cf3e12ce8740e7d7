"""A notebook can define a plugin and register it with the host."""

from types import ModuleType

import pytest

from convlab import Metric, PluginError, PluginHost, hookimpl


class Mine:
    """A plugin that is an object instead of a module."""

    @hookimpl
    def convlab_metrics(self) -> list[Metric]:
        return [Metric(name="mine", summary="A metric", build=lambda num_classes, options: None)]


def test_an_object_can_be_registered_as_a_plugin_with_a_name() -> None:
    host = PluginHost(third_party=False, strict=True)
    host.register(Mine())
    host.register(Mine(), name="again")
    assert host.find(Metric, "notebook:mine").canonical_name == "notebook:mine"
    assert host.find(Metric, "again:mine").provider.record() == {
        "provider": "again",
        "version": None,
        "origin": "notebook",
        "target": "Mine",
    }


def test_two_modules_with_the_same_name_can_be_registered() -> None:
    host = PluginHost(third_party=False, strict=True)
    for name in ("one", "two"):
        cell = ModuleType("__main__")
        cell.convlab_metrics = Mine().convlab_metrics  # type: ignore[attr-defined]
        host.register(cell, name=name)
    assert [found.qualified_name for found in host.parts(Metric)][-2:] == ["one:mine", "two:mine"]


def test_a_plugin_registered_twice_is_loaded_once() -> None:
    host = PluginHost(third_party=False)
    plugin = Mine()
    for registered in (plugin, plugin, Mine()):
        host.register(registered)
    assert [(failure.stage, str(failure.error)) for failure in host.failures] == [
        ("register", "this plugin is already loaded; name it once"),
        ("item", "duplicate metric 'notebook:mine'; keeping the one from Mine"),
    ]
    assert host.find(Metric, "mine").qualified_name == "notebook:mine"


def test_a_strict_host_raises_the_failure_of_a_registered_plugin() -> None:
    class Broken:
        @hookimpl
        def convlab_metrics(self, num_classes: int) -> list[Metric]:
            return []

    with pytest.raises(PluginError, match="requires 'num_classes'"):
        PluginHost(third_party=False, strict=True).register(Broken())
