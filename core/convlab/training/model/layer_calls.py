"""Which layers run, in what order and on what, however a model is written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf


@dataclass(kw_only=True)
class LayerCall:
    """A call of a layer, nested ones included.

    Attributes:
        layer: the layer.
        path: the names of the layers around it below the model, and its own.
        started: its place among the calls, by when they began.
        inputs: its first argument.
        outputs: what it returned.
        operations: the names of the graph's operations that it made; empty when it ran eagerly.
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
def recorded_layer_calls(ended: Callable[[LayerCall], None]) -> Iterator[None]:
    """Pass on each layer call that ends in here, inner ones first.

    A layer graph knows only functional models; this follows subclassed ones and shared layers as well.
    """
    stack: list[LayerCall] = []
    count = 0
    keras_call = keras.Layer.__call__

    def recorded(layer: keras.Layer, *arguments: Any, **keywords: Any) -> Any:
        nonlocal count
        path = "/".join([*(call.layer.name for call in stack[1:]), layer.name])
        if stack:
            stack[-1].is_leaf = False
        inputs = arguments[0] if arguments else None
        call = LayerCall(layer=layer, path=path, started=count, inputs=inputs)
        count += 1
        stack.append(call)
        before = _operations()
        try:
            call.outputs = keras_call(layer, *arguments, **keywords)
        finally:
            stack.pop()
        call.operations = [operation.name for operation in _operations()[len(before) :]]
        ended(call)
        return call.outputs

    keras.Layer.__call__ = recorded
    try:
        yield
    finally:
        keras.Layer.__call__ = keras_call


def _operations() -> list[Any]:
    return [] if tf.executing_eagerly() else tf.compat.v1.get_default_graph().get_operations()
