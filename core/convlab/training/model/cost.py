"""The cost of each layer: shapes, weights and floating-point operations."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from convlab.training.model.layer_calls import LayerCall, recorded_layer_calls


@dataclass(frozen=True, kw_only=True)
class LayerCost:
    """A call of a layer.

    Attributes:
        layer: the path in the model, such as ``cnn/conv2d``.
        type: the class name.
        output_shape: without the batch; ``None`` if it returns several tensors.
        parameters: its own weights, without nested layers; 0 if an earlier call counted them.
        flops: its own operations per image in a forward pass, without nested layers.
    """

    layer: str
    type: str
    output_shape: tuple[int | None, ...] | None
    parameters: int
    flops: int


def layer_costs(model: keras.Model) -> list[LayerCost]:
    """Return the cost of every layer, in the order in which layers run in inference.

    Counted by TensorFlow's profiler: a multiply-add is two operations. Operations unknown to it count as
    zero: ``Einsum``, and everything inside a graph loop, such as a recurrent layer's.

    Args:
        model: built, with one input.
    """
    inputs = tf.TensorSpec((1, *model.input_shape[1:]), model.inputs[0].dtype)
    calls: list[LayerCall] = []

    def forward(images: tf.Tensor) -> Any:
        with recorded_layer_calls(calls.append):
            return model(images, training=False)

    graph = tf.function(forward, autograph=False).get_concrete_function(inputs).graph
    owners: dict[str, LayerCall] = {}
    for call in calls:  # inner calls end first and claim their operations
        for name in call.operations:
            owners.setdefault(name, call)
    flops: defaultdict[int, int] = defaultdict(int)
    for name, count in _flops_by_operation(graph).items():
        if name in owners:
            flops[id(owners[name])] += count
    counted: set[int] = set()
    costs = []
    for call in sorted(calls, key=lambda call: call.started):
        own = _own_weights(call.layer, counted)
        cost = LayerCost(
            layer=call.path,
            type=type(call.layer).__name__,
            output_shape=_shape(call.outputs),
            parameters=sum(own),
            flops=flops[id(call)],
        )
        if cost.flops or cost.parameters or call.is_leaf:
            costs.append(cost)
    return costs


def forward_flops(model: keras.Model) -> int:
    """Return the floating-point operations of a forward pass per image, as ``layer_costs`` counts them."""
    return sum(cost.flops for cost in layer_costs(model))


def _flops_by_operation(graph: tf.Graph) -> dict[str, int]:
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_min_float_operations(1).with_empty_output().build()
    with _without_warnings():
        root = tf.compat.v1.profiler.profile(graph, cmd="scope", options=options)
    found: dict[str, int] = {}
    nodes = [root]
    while nodes:
        node = nodes.pop()
        found[node.name] = node.float_ops
        nodes.extend(node.children)
    return found


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Hide the profiler's own deprecation warnings."""
    logger = logging.getLogger("tensorflow")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _own_weights(layer: keras.Layer, counted: set[int]) -> list[int]:
    inner = {id(weight) for nested in layer._layers for weight in nested.weights}
    own = [weight for weight in layer.weights if id(weight) not in inner | counted]
    counted.update(id(weight) for weight in own)
    return [int(np.prod(weight.shape)) for weight in own]


def _shape(outputs: Any) -> tuple[int | None, ...] | None:
    shape = getattr(outputs, "shape", None)
    return None if shape is None else tuple(shape)[1:]
