"""Finds pixels that reach the network unscaled, or scaled twice."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from convlab.inspect.doctor.finding import Finding, ok, problem
from convlab.training.model.layer_calls import LayerCall

_TOPIC = "pixels"
# The standard deviation of scaled pixels is about 0.2 to 1; of raw pixels, 30 to 90; of pixels divided by 255
# twice, less than 0.005.
_LARGEST = 10.0
SMALLEST = 0.02


def examine_pixels(calls: list[LayerCall], scaling: str) -> Iterator[Finding]:
    """Inspect the input of the first layer with a weight matrix or kernel.

    Args:
        calls: the layer calls of the whole model on real images, inner layers first.
        scaling: the experiment's ``data.scaling``.
    """
    first = first_with_a_kernel(calls)
    if first is None:
        return
    deviation = float(np.asarray(first.inputs, np.float32).std())
    observed = f"the pixels reach {first.path!r} with a standard deviation of {deviation:.2g}"
    rescaling = rescaling_before(first, calls)
    if deviation > _LARGEST:
        fix = "set `data.scaling` to 'standard'" if scaling == "none" else f"remove {rescaling}"
        yield problem(_TOPIC, f"{observed}; they are not scaled", fix)
    elif deviation < SMALLEST and scaling != "none":
        yield problem(
            _TOPIC,
            f"{observed}; `data.scaling` = {scaling!r} scales them, and {rescaling} scales them again",
            f"remove {rescaling}, or set `data.scaling` to 'none'",
        )
    elif deviation < SMALLEST:
        yield problem(_TOPIC, f"{observed}, which is too small to learn from", f"correct {rescaling}")
    else:
        yield ok(_TOPIC, observed)


def first_with_a_kernel(calls: list[LayerCall]) -> LayerCall | None:
    """Return the first call of a layer with a weight matrix or kernel."""
    return next((call for call in calls if _has_kernel(call.layer)), None)


def rescaling_before(first: LayerCall, calls: list[LayerCall]) -> str:
    """Describe what scales the pixels before a layer."""
    rescaling_types = keras.layers.Rescaling | keras.layers.Normalization
    paths = [
        call.path
        for call in calls[: calls.index(first)]
        if isinstance(call.layer, rescaling_types) and call.path != "scaling"
    ]
    return f"the layer {paths[0]!r}" if paths else "the scaling inside the architecture"


def _has_kernel(layer: Any) -> bool:
    """Return whether a layer, not counting the layers in it, has a weight of two or more dimensions."""
    inner = {id(weight) for nested in layer._layers for weight in nested.weights}
    return any(len(weight.shape) > 1 for weight in layer.trainable_weights if id(weight) not in inner)
