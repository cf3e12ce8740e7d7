"""Preprocessing as the first layer of the model, saved with it: the model takes raw pixels."""

from typing import Any

import keras
import numpy as np

from convlab.data.image_data import ImageData
from convlab.data.split import Indices
from convlab.errors import PluginError, in_one_line
from convlab.experiment.settings import DataSettings
from convlab.training.batches import batches

_VALUES_PER_CHUNK = 2**22  # avoids a copy of the whole training set


def raw_pixel_model(
    network: keras.Model, data: ImageData, train: Indices, settings: DataSettings, owner: str
) -> keras.Model:
    """Return the network with scaling in front and float32 logits at the end.

    Args:
        network: maps scaled images to logits.
        data: gives the input shape and the number of classes.
        train: the images that ``scaling = "standard"`` takes its statistics from.
        settings: which scaling.
        owner: the architecture, for messages.

    Returns:
        A model from uint8 ``(batch, height, width, channels)`` to float32 ``(batch, num_classes)``.

    Raises:
        PluginError: the network does not accept these images, or its output has another shape.
    """
    pixels = keras.Input(data.input_shape, dtype="uint8", name="pixels")
    scaled = _scaling(data, train, settings)(pixels)
    try:
        logits = network(scaled)
    except Exception as error:
        raise PluginError(
            f"{owner} does not accept images of shape {data.input_shape}: {in_one_line(error)}"
        ) from error
    shape = getattr(logits, "shape", None)
    if shape is None or len(shape) != 2 or shape[1] != data.num_classes:
        raise PluginError(
            f"{owner} must return logits of shape (batch, {data.num_classes}), got {_described(logits)}; "
            "end it with Dense(num_classes)"
        )
    outputs = keras.layers.Activation("linear", dtype="float32", name="logits")(logits)
    return keras.Model(pixels, outputs, name="classifier")


def with_float_pixels(model: keras.Model) -> keras.Model:
    """Return a ``raw_pixel_model`` that takes float32 pixels; both have the same layers and weights."""
    outputs = pixels = keras.Input(model.input_shape[1:], dtype="float32", name="float_pixels")
    for layer in model.layers[1:]:
        outputs = layer(outputs)
    return keras.Model(pixels, outputs)


def _scaling(data: ImageData, train: Indices, settings: DataSettings) -> keras.Layer:
    if settings.scaling == "standard":
        mean, variance = _channel_statistics(data, train)
        return keras.layers.Normalization(mean=mean, variance=variance, dtype="float32", name="scaling")
    scale = 1 / 255 if settings.scaling == "unit" else 1.0
    return keras.layers.Rescaling(scale, dtype="float32", name="scaling")


def _channel_statistics(data: ImageData, train: Indices) -> tuple[list[float], list[float]]:
    """Return each channel's mean and variance, exact, from counts of the 256 pixel values."""
    counts = np.zeros((data.input_shape[2], 256), dtype=np.int64)
    chunk = max(1, _VALUES_PER_CHUNK // int(np.prod(data.input_shape)))
    for images, _ in batches(data.train, train, chunk):
        for channel, counted in enumerate(counts):
            counted += np.bincount(images[..., channel].reshape(-1), minlength=256)
    values = np.arange(256, dtype=np.float64)
    means = [float(values @ counted / counted.sum()) for counted in counts]
    variances = [
        float((values - mean) ** 2 @ counted / counted.sum())
        for mean, counted in zip(means, counts, strict=True)
    ]
    # A constant channel has no variance to divide by.
    return means, [variance or 1.0 for variance in variances]


def _described(outputs: Any) -> str:
    shape = getattr(outputs, "shape", None)
    if shape is None:
        return f"{type(outputs).__name__}, not one tensor"
    return "shape (" + ", ".join("batch" if size is None else str(size) for size in shape) + ")"
