"""The built-in architectures."""

from collections.abc import Iterable

from convlab import Architecture, hookimpl
from convlab_architectures.cnn import CNN
from convlab_architectures.efficientnet_lite import EFFICIENTNET_LITE
from convlab_architectures.fastnet import FASTNET
from convlab_architectures.lenet5 import LENET5
from convlab_architectures.mlp import MLP
from convlab_architectures.resnet import RESNET
from convlab_architectures.vit_tiny import VIT_TINY


@hookimpl
def convlab_architectures() -> Iterable[Architecture]:
    """Return the architectures, the simplest first."""
    return [MLP, CNN, LENET5, RESNET, FASTNET, VIT_TINY, *EFFICIENTNET_LITE]
