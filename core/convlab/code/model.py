"""A model as the statements that build it: Sequential if it is a chain of layers, functional otherwise."""

from collections import Counter
from typing import Any

import keras

from convlab.code.expressions import Call
from convlab.code.keras_objects import created
from convlab.errors import ExportError

# Layers with the arguments of their calls.
_Calls = list[tuple[Any, tuple[Any, ...]]]
_GRAPHS = ("Functional", "Sequential")


def written_model(model: keras.Model, owner: str, *, scaling: str, precision: str) -> str:
    """Return the statements that build a ``raw_pixel_model`` and name it ``model``.

    Args:
        model: scaling, the architecture's network, and logits.
        owner: the architecture, for messages.
        scaling: the expression of the scaling layer.
        precision: what the layers compute in.

    Raises:
        ExportError: the network is not a graph of Keras's own layers.
    """
    network = model.layers[2]
    if type(network).__name__ not in _GRAPHS or not type(network).__module__.startswith("keras."):
        raise ExportError(
            f"{owner} is a model with its own call(), not a graph of layers, so a plain Keras script cannot "
            "contain it"
        )
    calls = _calls(network, owner)
    shape = ", ".join(map(str, model.input_shape[1:]))
    pixels = f'keras.Input(({shape}), dtype="uint8")'
    last = [] if precision == "float32" else ['layers.Activation("linear", dtype="float32")']
    if _is_chain(network, calls):
        items = [_layer(layer, owner, precision).written(after=",", indent=8) for layer, _ in calls]
        lines = [f"{pixels},", f"{scaling},", *items, *(f"{each}," for each in last)]
        inner = "".join(f"{' ' * 8}{line}\n" for line in lines)
        return f"model = keras.Sequential(\n    [\n{inner}    ]\n)"
    return _functional(network, calls, owner, precision, [pixels, scaling, *last])


def _is_chain(network: keras.Model, calls: _Calls) -> bool:
    outputs = [network.inputs[0], *(layer.output for layer, _ in calls)]
    return network.outputs[0] is outputs[-1] and all(
        len(arguments) == 1 and arguments[0] is before
        for (_, arguments), before in zip(calls, outputs, strict=False)
    )


def _calls(network: keras.Model, owner: str) -> _Calls:
    """Return the layers of a network and their arguments, in the order in which they were called.

    That is the order in which architectures create them, on which their initial weights depend.
    """
    calls = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if isinstance(layer, keras.Model):
            raise ExportError(
                f"{owner} contains the model {layer.name!r} as a layer, which a plain Keras script cannot "
                "contain"
            )
        if len(layer._inbound_nodes) != 1:
            raise ExportError(
                f"{owner} uses the layer {layer.name!r} more than once, which a plain Keras script cannot "
                "contain"
            )
        arguments = layer._inbound_nodes[0].arguments
        # A graph replaces the recorded `training` by that of its own call.
        extra = [key for key, value in arguments.kwargs.items() if key != "training" and value is not None]
        if extra or not all(map(_is_input, arguments.args)):
            raise ExportError(
                f"{owner} calls the layer {layer.name!r} with more than its inputs, which a plain Keras "
                "script cannot contain"
            )
        calls.append((layer, arguments.args))
    return sorted(calls, key=lambda each: _number(each[0].output.name))


def _is_input(argument: Any) -> bool:
    return all(isinstance(each, keras.KerasTensor) for each in _tensors(argument))


def _tensors(argument: Any) -> list[Any]:
    return list(argument) if isinstance(argument, list | tuple) else [argument]


def _number(name: str) -> int:
    number = name.rpartition("_")[2]
    return int(number) if number.isdigit() else 0


def _layer(layer: Any, owner: str, precision: str) -> Call:
    expression = created(layer, owner)
    policy = layer.dtype_policy.name
    if policy != precision:
        raise ExportError(
            f"{owner} builds the layer {layer.name!r} in {policy}, which a plain Keras script cannot contain"
        )
    return expression


def _functional(
    network: keras.Model,
    calls: _Calls,
    owner: str,
    precision: str,
    ends: list[str],
) -> str:
    pixels, scaling, *last = ends
    names = {id(network.inputs[0]): "x"}
    uses = Counter(id(tensor) for _, arguments in calls for each in arguments for tensor in _tensors(each))
    lines = [f"inputs = {pixels}", f"x = {scaling}(inputs)"]
    live = {"x": uses[id(network.inputs[0])]}
    for layer, arguments in calls:
        used = [names[id(tensor)] for each in arguments for tensor in _tensors(each)]
        for name in used:
            live[name] -= 1
        free = [name for name in dict.fromkeys(used) if not live[name]]
        name = "x" if not live.get("x") else free[0] if free else _new_name(live)
        live[name] = uses[id(layer.output)]
        before = dict(names)
        names[id(layer.output)] = name
        written = ", ".join(_argument(each, before) for each in arguments)
        lines.append(_layer(layer, owner, precision).written(f"{name} = ", f"({written})"))
    outputs = names[id(network.outputs[0])]
    if last:
        lines.append(f"{outputs} = {last[0]}({outputs})")
    return "\n".join([*lines, f"model = keras.Model(inputs, {outputs})"])


def _argument(argument: Any, names: dict[int, str]) -> str:
    written = ", ".join(names[id(tensor)] for tensor in _tensors(argument))
    return f"[{written}]" if isinstance(argument, list | tuple) else written


def _new_name(live: dict[str, int]) -> str:
    return next(
        name for name in ("y", "z", *(f"x{number}" for number in range(1, 1000))) if not live.get(name)
    )
