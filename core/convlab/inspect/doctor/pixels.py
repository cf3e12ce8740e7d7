"""Pixels that reach the network unscaled, or scaled twice."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from convlab.inspect.doctor.finding import Finding, ok, problem
from convlab.training.model.layer_calls import LayerCall

_TOPIC = "pixels"
# Scaled pixels deviate by about 0.2 to 1, raw ones by 30 to 90, and twice divided ones by less than 0.005.
_LARGEST, _SMALLEST = 10.0, 0.02


def examine_pixels(calls: list[LayerCall], scaling: str) -> Iterator[Finding]:
    """Look at what the first layer with a matrix or kernel of weights gets.

    Args:
        calls: of the whole model on real images, inner ones first.
        scaling: the experiment's ``data.scaling``.
    """
    first = next((call for call in calls if _multiplies(call.layer)), None)
    if first is None:
        return
    values = np.asarray(first.inputs, np.float32)
    deviation = float(values.std())
    seen = f"the pixels reach {first.path!r} with a standard deviation of {deviation:.2g}"
    rescaling = _rescaling_before(first, calls)
    if deviation > _LARGEST:
        fix = "set data.scaling to 'standard'" if scaling == "none" else f"take {rescaling} out"
        yield problem(_TOPIC, f"{seen}: they are not scaled", fix)
    elif deviation < _SMALLEST and scaling != "none":
        yield problem(
            _TOPIC,
            f"{seen}: data.scaling = {scaling!r} has scaled them, and {rescaling} scales them again",
            f"take {rescaling} out, or set data.scaling to 'none'",
        )
    elif deviation < _SMALLEST:
        yield problem(_TOPIC, f"{seen}, too small to learn from", f"correct {rescaling}")
    else:
        yield ok(_TOPIC, seen)


def _multiplies(layer: Any) -> bool:
    """Tell whether a layer has a matrix or kernel of its own."""
    inner = {id(weight) for nested in layer._layers for weight in nested.weights}
    return any(len(weight.shape) > 1 for weight in layer.trainable_weights if id(weight) not in inner)


def _rescaling_before(first: LayerCall, calls: list[LayerCall]) -> str:
    scales = keras.layers.Rescaling | keras.layers.Normalization
    named = [
        call.path
        for call in calls[: calls.index(first)]
        if isinstance(call.layer, scales) and call.path != "scaling"
    ]
    return f"the layer {named[0]!r}" if named else "the scaling inside the architecture"
