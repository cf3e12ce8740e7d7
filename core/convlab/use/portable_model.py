"""Adapting a model to the limits of converters."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from convlab.use.model_description import INPUT


def in_float32(model: keras.Model) -> keras.Model:
    """Return a model with the same weights that computes in float32, which every runtime supports."""
    config = keras.saving.serialize_keras_object(model)
    if not _has_mixed_precision(config):
        return model
    # Safe mode is not needed: the configuration was serialized above, so its code is already in memory.
    float32_model = keras.saving.deserialize_keras_object(_with_float32(config), safe_mode=False)
    float32_model.set_weights(model.get_weights())
    return float32_model


def with_probabilities(model: keras.Model) -> keras.Model:
    """Return a model that computes probabilities instead of logits, in float32."""
    return keras.Model(
        model.inputs, keras.layers.Softmax(dtype="float32", name="probabilities")(model.outputs[0])
    )


def with_names(model: keras.Model, output: str) -> keras.Model:
    """Return a model whose input is named ``image``, and whose output has a name, in every format."""
    image = keras.Input(model.input_shape[1:], dtype="uint8", name=INPUT)
    outputs = keras.layers.Activation("linear", dtype="float32", name=output)(model(image))
    return keras.Model({INPUT: image}, {output: outputs})


def _has_mixed_precision(config: Any) -> bool:
    if isinstance(config, dict):
        return _is_mixed_policy(config) or any(map(_has_mixed_precision, config.values()))
    return isinstance(config, list | tuple) and any(map(_has_mixed_precision, config))


def _with_float32(config: Any) -> Any:
    """Return a copy of a configuration with float32 instead of each mixed-precision policy."""
    if isinstance(config, dict):
        if _is_mixed_policy(config):
            return config | {"config": config["config"] | {"name": "float32"}}
        return {key: _with_float32(value) for key, value in config.items()}
    return [_with_float32(item) for item in config] if isinstance(config, list | tuple) else config


def _is_mixed_policy(config: dict[str, Any]) -> bool:
    policy = config.get("config")
    return (
        config.get("class_name") == "DTypePolicy"
        and isinstance(policy, dict)
        and str(policy.get("name")).startswith("mixed_")
    )


@contextmanager
def with_constant_statistics(model: keras.Model) -> Iterator[None]:
    """Replace the statistics of ``Normalization`` layers by NumPy arrays while the block runs.

    tf2onnx mistakes tensors that a function captures for inputs of the model; NumPy arrays become constants.
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
