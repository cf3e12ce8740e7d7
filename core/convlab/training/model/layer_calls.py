"""Which layers run, in what order and on what, however a model is written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf

from convlab.training.model.keras_patch import patched_method


@dataclass(kw_only=True)
class LayerCall:
    """A call of a layer, including nested ones.

    Attributes:
        layer: the layer.
        path: its name, after the names of the layers that contain it, without the model's.
        started: its position among the calls by start.
        inputs: its first argument.
        outputs: what it returned.
        operations: the names of the graph operations it created; empty if it ran eagerly.
        is_leaf: whether it called no other layer.
    """

    layer: keras.Layer
    path: str
    started: int
    inputs: Any
    outputs: Any = None
    operations: list[str] = field(default_factory=list)
    is_leaf: bool = True


@contextmanager
def recorded_layer_calls(on_end: Callable[[LayerCall], None]) -> Iterator[None]:
    """Report each layer call that ends in the block, inner calls first.

    A layer graph exists only for functional models; this works for subclassed models and shared layers too.
    """
    stack: list[LayerCall] = []
    count = 0
    keras_call = keras.Layer.__call__

    def record(layer: keras.Layer, *arguments: Any, **keywords: Any) -> Any:
        nonlocal count
        path = "/".join([*(call.layer.name for call in stack[1:]), layer.name])
        if stack:
            stack[-1].is_leaf = False
        inputs = arguments[0] if arguments else None
        call = LayerCall(layer=layer, path=path, started=count, inputs=inputs)
        count += 1
        stack.append(call)
        before = len(_graph_operations())
        try:
            call.outputs = keras_call(layer, *arguments, **keywords)
        finally:
            stack.pop()
        call.operations = [operation.name for operation in _graph_operations()[before:]]
        on_end(call)
        return call.outputs

    with patched_method(keras.Layer, "__call__", record):
        yield


def _graph_operations() -> list[Any]:
    return [] if tf.executing_eagerly() else tf.compat.v1.get_default_graph().get_operations()
