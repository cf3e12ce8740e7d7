"""Residual networks for convlab."""

from collections.abc import Iterable

from convlab import Architecture, hookimpl

from convlab_resnet.resnet import RESNET20, RESNET32
from convlab_resnet.wide_resnet import WIDE_RESNET


@hookimpl
def convlab_architectures() -> Iterable[Architecture]:
    """Return ResNet-20, ResNet-32 and Wide ResNet."""
    return [RESNET20, RESNET32, WIDE_RESNET]
