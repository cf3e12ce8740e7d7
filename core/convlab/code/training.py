"""The optimizer, learning rate, loss and metrics of an experiment as expressions."""

from typing import Any

import numpy as np

from convlab.code.expressions import Call, call, literal
from convlab.code.keras_objects import created
from convlab.errors import ExportError
from convlab.host.provider import build_part
from convlab.training.preparation import Prepared
from convlab.training.warm_up import WarmUp

# The built-in loss; without options, it computes what one of Keras's does.
_CROSS_ENTROPY = "convlab_plugins.cross_entropy.CrossEntropy"
_PLAIN = {"gamma": 0.0, "label_smoothing": 0.0, "class_weights": None}


def written_rate(rate: Any, owner: str) -> str | Call:
    """Return the expression of a learning rate or schedule; the script defines ``WarmUp``.

    Raises:
        ExportError: the schedule is not one of Keras's.
    """
    if isinstance(rate, WarmUp):
        peak = float(str(np.float32(rate.peak)))  # it is computed in float32
        return call("WarmUp", [written_rate(rate.after, owner), literal(peak), literal(rate.steps)])
    if isinstance(rate, int | float):
        return literal(rate)
    return created(rate, owner)


def written_optimizer(prepared: Prepared) -> tuple[Call, str]:
    """Return the expression of the optimizer, and a statement that completes it; empty if none does.

    Its learning rate is named ``learning_rate``.

    Raises:
        ExportError: the optimizer, or one of its options, cannot be written.
    """
    owner = f"optimizer {prepared.resolved.optimizer.part.name!r}"
    optimizer = prepared.optimizer
    if optimizer.use_ema:
        raise ExportError(f"{owner} averages its weights (`optimizer_options.ema`); plain scripts do not yet")
    expression = created(
        optimizer,
        owner,
        given={"learning_rate": "learning_rate"},
        without=("ema_momentum", "is_legacy_optimizer"),
    )
    pattern = getattr(optimizer, "_exclude_from_weight_decay_pattern", None)
    if pattern is None:
        return expression, ""
    text = f'r"{pattern.pattern}"' if '"' not in pattern.pattern else repr(pattern.pattern)
    return expression, f"optimizer.exclude_from_weight_decay(var_names=[{text}])"


def written_loss(prepared: Prepared) -> Call:
    """Return the expression of the loss.

    Raises:
        ExportError: it is not one of Keras's, and no loss of Keras is equal to it.
    """
    loss, name = prepared.loss, prepared.resolved.loss.part.name
    kind = type(loss)
    if f"{kind.__module__}.{kind.__name__}" == _CROSS_ENTROPY:
        config = loss.get_config()
        if changed := [key for key, value in _PLAIN.items() if config[key] != value]:
            raise ExportError(
                f"loss {name!r} has {' and '.join(changed)}, which no loss of Keras over integer labels has, "
                "so a plain Keras script cannot contain it"
            )
        return call("keras.losses.SparseCategoricalCrossentropy", ["from_logits=True"])
    return created(loss, f"loss {name!r}")


def written_metrics(prepared: Prepared) -> Call:
    """Return the list of the metrics.

    Raises:
        ExportError: one is not Keras's.
    """
    metrics = [
        created(
            build_part(provided, prepared.data.num_classes, options),
            f"metric {provided.part.name!r}",
            given={"name": literal(provided.part.name)},
        )
        for provided, options in prepared.resolved.metrics
    ]
    return Call("", tuple(metrics), "[]")
