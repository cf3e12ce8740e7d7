"""The pytest fixtures of ``convlab.testing`` work as documented."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from convlab import Architecture, PluginError, PluginHost, hookimpl
from convlab.testing import Ending, TinyTask


def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
    import keras

    layers = [keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(num_classes)]
    return keras.Sequential(layers)


@hookimpl
def convlab_architectures() -> list[Architecture]:
    return [Architecture(name="linear", summary="One dense layer", build=build)]


def test_a_registered_architecture_learns_the_tiny_task(plugin_host: PluginHost, tiny_task: TinyTask) -> None:
    plugin_host.register(SimpleNamespace(convlab_architectures=convlab_architectures))
    result = tiny_task.run(architecture="linear", optimizer="adam", train={"learning_rate": 0.02})
    assert result.test["accuracy"] > 0.9
    assert result.experiment.dataset == "convlab-testing:tiny_task"
    assert [record["epoch"] for record in result.epochs] == [1, 2, 3, 4]


def test_the_host_raises_the_failures_of_registered_plugins(plugin_host: PluginHost) -> None:
    with pytest.raises(PluginError, match="unknown hook 'convlab_nets'"):
        plugin_host.register(SimpleNamespace(convlab_nets=hookimpl(lambda: [])))


def test_cli_runs_a_command_and_returns_its_exit_code_and_output(cli: Callable[..., Ending]) -> None:
    listed = cli("list", "architectures", "--no-plugins", "--json")
    assert (listed.exit_code, listed.stderr) == (0, "")
    assert {"mlp", "cnn"} <= {part["name"] for part in listed.json}
    mistyped = cli("show", "architecture", "cnnn")
    assert (mistyped.exit_code, mistyped.stdout) == (2, "")
    assert "did you mean 'cnn'?" in mistyped.stderr
    assert cli("unknown").exit_code == 2
