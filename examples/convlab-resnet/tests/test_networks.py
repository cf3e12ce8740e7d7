"""The networks match the papers and accept images of any size."""

import math
from typing import Any

import pytest
from convlab import Architecture, ConfigError, PluginHost
from convlab.testing import TinyTask

import convlab_resnet
from convlab_resnet.resnet import RESNET20, RESNET32, ResNetOptions
from convlab_resnet.wide_resnet import WIDE_RESNET, WideResNetOptions

CIFAR = (32, 32, 3)


def trainable_weights(model: Any) -> int:
    return sum(math.prod(weight.shape) for weight in model.trainable_variables)


@pytest.mark.parametrize(("architecture", "weights"), [(RESNET20, 269_722), (RESNET32, 464_154)])
def test_resnet_has_as_many_weights_as_in_the_paper(architecture: Architecture, weights: int) -> None:
    """Table 6 of He et al. lists 0.27 and 0.46 million."""
    assert trainable_weights(architecture.build(CIFAR, 10, ResNetOptions())) == weights


def test_wide_resnet_has_as_many_weights_as_in_the_paper() -> None:
    """Table 5 of Zagoruyko and Komodakis lists 11.0 million for WRN-16-8."""
    model = WIDE_RESNET.build(CIFAR, 10, WideResNetOptions(widen_factor=8))
    assert round(trainable_weights(model) / 1e6, 1) == 11.0


@pytest.mark.parametrize("shape", [(8, 8, 1), (9, 13, 3), (64, 48, 4)])
@pytest.mark.parametrize("shortcut", ["A", "B"])
def test_networks_accept_images_of_any_size(shape: tuple[int, int, int], shortcut: Any) -> None:
    for model in (
        RESNET20.build(shape, 7, ResNetOptions(shortcut=shortcut)),
        WIDE_RESNET.build(shape, 7, WideResNetOptions(depth=10, widen_factor=1, dropout=0.1)),
    ):
        assert model.output_shape == (None, 7)


def test_training_reduces_the_loss_of_a_resnet(plugin_host: PluginHost, tiny_task: TinyTask) -> None:
    plugin_host.register(convlab_resnet)
    result = tiny_task.run(architecture="resnet20", architecture_options={"filters": 8})
    assert result.epochs[-1]["loss"] < result.epochs[0]["loss"]


def test_an_invalid_depth_is_rejected(plugin_host: PluginHost, tiny_task: TinyTask) -> None:
    plugin_host.register(convlab_resnet)
    with pytest.raises(ConfigError, match="depth must be 6n \\+ 4"):
        tiny_task.run(architecture="wide_resnet", architecture_options={"depth": 17})
