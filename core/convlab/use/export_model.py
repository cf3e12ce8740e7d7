"""A model as converters take it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np


def in_float32(model: keras.Model) -> keras.Model:
    """Return a model with the same weights whose layers all compute in float32, which every runtime does."""
    described = keras.saving.serialize_keras_object(model)
    if not _computes_in_less(described):
        return model
    # What is deserialized was described a line above: there is nothing in it that is not in memory already.
    widened = keras.saving.deserialize_keras_object(_widened(described), safe_mode=False)
    widened.set_weights(model.get_weights())
    return widened


def _computes_in_less(described: Any) -> bool:
    if isinstance(described, dict):
        return _is_narrow(described) or any(map(_computes_in_less, described.values()))
    return isinstance(described, list | tuple) and any(map(_computes_in_less, described))


def _widened(described: Any) -> Any:
    if isinstance(described, dict):
        if _is_narrow(described):
            return described | {"config": described["config"] | {"name": "float32"}}
        return {key: _widened(value) for key, value in described.items()}
    return [_widened(item) for item in described] if isinstance(described, list | tuple) else described


def _is_narrow(described: dict[str, Any]) -> bool:
    """Tell whether a description is that of a mixed precision."""
    config = described.get("config")
    return (
        described.get("class_name") == "DTypePolicy"
        and isinstance(config, dict)
        and str(config.get("name")).startswith("mixed_")
    )


@contextmanager
def as_constants(model: keras.Model) -> Iterator[None]:
    """Let the statistics of ``Normalization`` layers be NumPy arrays while the block runs.

    tf2onnx takes tensors that a function captures for inputs of the model. NumPy arrays become constants.
    """
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.Normalization)]
    before = [(layer.mean, layer.variance) for layer in layers]
    for layer in layers:
        layer.mean, layer.variance = np.asarray(layer.mean), np.asarray(layer.variance)
    try:
        yield
    finally:
        for layer, (mean, variance) in zip(layers, before, strict=True):
            layer.mean, layer.variance = mean, variance
