"""The built-in architectures."""

from collections.abc import Iterable

from convlab import Architecture, hookimpl
from convlab_architectures.cnn import CNN
from convlab_architectures.mlp import MLP


@hookimpl
def convlab_architectures() -> Iterable[Architecture]:
    """Return the multilayer perceptron and the convolutional network."""
    return [MLP, CNN]
