"""Layers that are fitted to the training images before training, as Keras's ``adapt`` does."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from convlab.data.image_data import ImageData
from convlab.data.split import Indices
from convlab.errors import PluginError, in_one_line
from convlab.training.batches import batches

_ORDER_STREAM = 5  # apart from the other uses of the seed
_CHUNK = 256


def adapt_layers(model: keras.Model, data: ImageData, train: Indices, seed: int, owner: str) -> None:
    """Call ``adapt`` of each layer that has it, with an iterable of batches of the layer's inputs.

    The batches are of all training images, in a random order that depends on the seed alone. They pass
    through the scaling and the layers before, which are adapted first. A ``Normalization`` layer that was
    given its mean is left as it is.

    Args:
        model: scaling, the architecture's network, and logits.
        data: the images.
        train: the images that train.
        seed: the run's seed.
        owner: the architecture, for messages.

    Raises:
        PluginError: a layer fails, or its inputs are not known because the network is not a graph of layers.
    """
    scaling, network = model.layers[1:3]
    for layer in network._flatten_layers(include_self=False):
        if not callable(getattr(layer, "adapt", None)) or getattr(layer, "input_mean", None) is not None:
            continue
        try:
            before = keras.Model(network.inputs, layer.input)
        except Exception as error:
            raise PluginError(
                f"{owner}: the layer {layer.name!r} has adapt(), but its inputs are unknown; use it in a "
                "functional or Sequential model"
            ) from error
        order = np.random.default_rng([seed, _ORDER_STREAM]).permutation(train)
        try:
            layer.adapt(_inputs(scaling, before, data, order))
        except Exception as error:
            raise PluginError(f"{owner}: the layer {layer.name!r} failed: {in_one_line(error)}") from error


def _inputs(scaling: keras.Layer, before: keras.Model, data: ImageData, order: Indices) -> Iterator[Any]:
    for images, _ in batches(data.train, order, _CHUNK):
        yield np.asarray(before(scaling(images), training=False), np.float32)
