"""A model that takes raw pixels: the preprocessing becomes its first layer and is saved with it."""

from typing import Any

import keras
import numpy as np

from convlab.data.image_data import ImageData
from convlab.data.split import Indices
from convlab.errors import PluginError
from convlab.experiment.settings import DataSettings
from convlab.training.batches import batches

_VALUES_AT_ONCE = 2**22  # so that no copy of the whole split is made


def raw_pixel_model(
    network: keras.Model, data: ImageData, train: Indices, settings: DataSettings, owner: str
) -> keras.Model:
    """Put the scaling before a network and float32 logits behind it.

    Args:
        network: maps scaled images to logits.
        data: decides the input's shape and the number of classes.
        train: the images whose statistics ``scaling = "standard"`` uses.
        settings: which scaling.
        owner: whose network it is, for messages.

    Returns:
        A model from uint8 ``(batch, height, width, channels)`` to float32 ``(batch, num_classes)``.

    Raises:
        PluginError: the network does not take these images, or ends in another shape.
    """
    pixels = keras.Input(data.input_shape, dtype="uint8", name="pixels")
    scaled = _scaling(data, train, settings)(pixels)
    try:
        logits = network(scaled)
    except Exception as error:
        raise PluginError(
            f"{owner} does not take images of shape {data.input_shape}: {type(error).__name__}: {error}"
        ) from error
    shape = getattr(logits, "shape", None)
    if shape is None or len(shape) != 2 or shape[1] != data.num_classes:
        raise PluginError(
            f"{owner} ends in {_described(logits)}, but {data.num_classes} classes need logits of shape "
            f"(batch, {data.num_classes}): end it in Dense(num_classes)"
        )
    outputs = keras.layers.Activation("linear", dtype="float32", name="logits")(logits)
    return keras.Model(pixels, outputs, name="classifier")


def _scaling(data: ImageData, train: Indices, settings: DataSettings) -> keras.Layer:
    if settings.scaling == "standard":
        mean, variance = _channel_statistics(data, train)
        return keras.layers.Normalization(mean=mean, variance=variance, dtype="float32", name="scaling")
    scale = 1 / 255 if settings.scaling == "unit" else 1.0
    return keras.layers.Rescaling(scale, dtype="float32", name="scaling")


def _channel_statistics(data: ImageData, train: Indices) -> tuple[list[float], list[float]]:
    """Return each channel's mean and variance, exact, from counts of the 256 pixel values."""
    counts = np.zeros((data.input_shape[2], 256), dtype=np.int64)
    images_at_once = max(1, _VALUES_AT_ONCE // int(np.prod(data.input_shape)))
    for images, _ in batches(data.train, train, images_at_once):
        for channel, counted in enumerate(counts):
            counted += np.bincount(images[..., channel].reshape(-1), minlength=256)
    values = np.arange(256, dtype=np.float64)
    means = [float(values @ counted / counted.sum()) for counted in counts]
    variances = [
        float((values - mean) ** 2 @ counted / counted.sum())
        for mean, counted in zip(means, counts, strict=True)
    ]
    # A channel of one value carries nothing: leave its scale alone.
    return means, [variance or 1.0 for variance in variances]


def _described(outputs: Any) -> str:
    shape = getattr(outputs, "shape", None)
    if shape is None:
        return f"{type(outputs).__name__} instead of one tensor"
    return "shape (" + ", ".join("batch" if size is None else str(size) for size in shape) + ")"
