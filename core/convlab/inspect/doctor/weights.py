"""Finds weights that are not trained: frozen, unused, or of dead units."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from convlab.inspect.doctor.finding import Finding, note, ok, problem
from convlab.text.formatting import listed

_DEAD_SHARE = 0.5


def examine_weights(model: keras.Model, gradients: list[Any]) -> Iterator[Finding]:
    """Look for weights that training does not change.

    Args:
        model: the whole model.
        gradients: of the loss on a few hundred real images, for each trainable weight after a few training
            steps; before them, a branch behind a zero-initialized layer would seem dead.
    """
    findings = [*_frozen(model), *_without_gradient(model, gradients)]
    yield from findings or [ok("weights", "every layer is trained")]


def _frozen(model: keras.Model) -> Iterator[Finding]:
    frozen = [
        layer
        for layer in model._flatten_layers(include_self=False)
        if not layer.trainable and layer.weights and not layer._layers
    ]
    if frozen:
        count = sum(layer.count_params() for layer in frozen)
        yield note(
            "frozen weights",
            f"trainable=False freezes {count:,} weights, in {listed([layer.name for layer in frozen])}",
            "leave trainable=True unless the weights are pretrained",
        )


def _without_gradient(model: keras.Model, gradients: list[Any]) -> Iterator[Finding]:
    weights = model.trainable_variables
    by_weight = {id(weight): gradient for weight, gradient in zip(weights, gradients, strict=True)}
    unused = [weight.path for weight in weights if by_weight[id(weight)] is None]
    if unused:
        yield problem(
            "frozen weights",
            f"the loss does not depend on {listed(unused)}",
            "use the layer's output in the model, or remove the layer",
        )
    positions = {id(weight): position for position, weight in enumerate(weights)}
    shares = [(layer, _dead_share(layer, by_weight)) for layer in model._flatten_layers(include_self=False)]
    dead = [(layer, share) for layer, share in shares if share >= _DEAD_SHARE]
    if dead:  # only the last: it blocks the gradients of the layers before it, so that they seem dead too
        layer, share = max(dead, key=lambda pair: positions[id(pair[0]._trainable_variables[0])])
        yield problem(
            "dead units",
            f"{share:.0%} of the units of {layer.name!r} are dead: their gradient is zero for every image",
            "use the default initializers (or he_normal with ReLU), scale the pixels and lower the learning "
            "rate",
        )


def _dead_share(layer: keras.Layer, gradients: dict[int, Any]) -> float:
    """Return the share of a layer's units for which the gradient of all weights and the bias is zero."""
    own = [weight for weight in layer._trainable_variables if gradients.get(id(weight)) is not None]
    kernel = next((weight for weight in own if len(weight.shape) > 1), None)
    if kernel is None:
        return 0.0
    units = kernel.shape[-1]
    alive = np.zeros(units, bool)
    for weight in own:
        if weight.shape[-1] == units:
            values = np.asarray(keras.ops.convert_to_tensor(gradients[id(weight)]), np.float32)
            alive |= values.reshape(-1, units).any(axis=0)
    return float(1 - alive.mean())
