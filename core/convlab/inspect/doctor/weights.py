"""Weights that do not learn: frozen, unused, or of units that are dead."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from convlab.inspect.doctor.finding import Finding, note, ok, problem

_DEAD_SHARE = 0.5


def examine_weights(model: keras.Model, gradients: list[Any]) -> Iterator[Finding]:
    """Look for weights that no step changes.

    Args:
        model: the whole model.
        gradients: of the loss by each trainable weight after a few steps, over some hundred real images;
            before them, a branch that begins at zero would seem dead.
    """
    findings = [*_frozen(model), *_still(model, gradients)]
    yield from findings or [ok("weights", "every layer learns")]


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
            f"{count:,} weights are kept as they are by trainable=False, in {_named(frozen)}",
            "leave trainable=True unless they are trained already",
        )


def _still(model: keras.Model, gradients: list[Any]) -> Iterator[Finding]:
    by_weight = {id(w): g for w, g in zip(model.trainable_variables, gradients, strict=True)}
    unused = [weight.path for weight in model.trainable_variables if by_weight[id(weight)] is None]
    if unused:
        yield problem(
            "frozen weights",
            f"the loss does not depend on {_listed(unused)}: no gradient reaches it",
            "use the layer's output in the model, or take the layer out",
        )
    places = {id(weight): place for place, weight in enumerate(model.trainable_variables)}
    shares = [(layer, _dead_share(layer, by_weight)) for layer in model._flatten_layers(include_self=False)]
    dead = [(layer, share) for layer, share in shares if share >= _DEAD_SHARE]
    if dead:  # no gradient passes the last of them, so that those before it seem dead too
        layer, share = max(dead, key=lambda found: places[id(found[0]._trainable_variables[0])])
        yield problem(
            "dead units",
            f"{share:.0%} of the units of {layer.name!r} are dead: they learn nothing from any image",
            "use the default initial weights and biases (or he_normal with ReLU), scaled pixels and a "
            "smaller learning rate",
        )


def _dead_share(layer: keras.Layer, gradients: dict[int, Any]) -> float:
    """Return the share of a layer's units whose weights, bias included, have a gradient of zero."""
    own = [weight for weight in layer._trainable_variables if gradients.get(id(weight)) is not None]
    matrix = next((weight for weight in own if len(weight.shape) > 1), None)
    if matrix is None:
        return 0.0
    units = matrix.shape[-1]
    learning = np.zeros(units, bool)
    for weight in own:
        if weight.shape[-1] == units:
            values = np.asarray(keras.ops.convert_to_tensor(gradients[id(weight)]), np.float32)
            learning |= values.reshape(-1, units).any(axis=0)
    return float(1 - learning.mean())


def _named(layers: list[Any]) -> str:
    return _listed([layer.name for layer in layers])


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
