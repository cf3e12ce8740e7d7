"""Whether every weight learns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from convlab.inspect.checks.architectures.subject import ArchitectureSubject, noise
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

if TYPE_CHECKING:
    import keras

_BATCHES = 4


@check(
    "Every trainable weight gets a gradient",
    why="a weight without one stays as it was drawn: it costs memory and does nothing",
    fix="use the layer's output on the way to the logits, remove the layer, or freeze it with "
    "trainable = False; stop_gradient and argmax let no gradient through",
    needs=("finite_output",),
)
def every_weight_gets_a_gradient(subject: ArchitectureSubject) -> None:
    """Take a few steps: a residual branch that starts at zero passes gradients from the second on."""
    with subject.trainable() as model:
        silent = {weight.path for weight in model.trainable_variables}
        for gradients in _steps(model, subject):
            missing = [weight.path for weight, gradient in gradients if gradient is None]
            if missing:
                raise CheckFailedError(f"no gradient reaches {_listed(missing)}")
            silent -= {weight.path for weight, gradient in gradients if np.any(gradient)}
        # A bias may have none for good, as before a batch normalization or in the keys of attention.
        dead = [
            weight.path
            for weight in model.trainable_variables
            if weight.path in silent and len(weight.shape) > 1
        ]
        if dead:
            raise CheckFailedError(f"the gradient of {_listed(dead)} is zero on every batch")


def _steps(model: "keras.Model", subject: ArchitectureSubject) -> Iterator[list[tuple[Any, Any]]]:
    import keras
    import tensorflow as tf

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD(0.01)
    labels = np.arange(8)
    for seed in range(_BATCHES):
        with tf.GradientTape() as tape:
            value = loss(labels, model(noise(8, subject.shape, seed), training=True))
            if model.losses:
                value += tf.add_n(model.losses)
        weights = model.trainable_variables
        gradients = [
            None if gradient is None else np.asarray(tf.convert_to_tensor(gradient))
            for gradient in tape.gradient(value, weights)
        ]
        yield list(zip(weights, gradients, strict=True))
        optimizer.apply_gradients(zip(gradients, weights, strict=True))


def _listed(paths: list[str]) -> str:
    some = ", ".join(paths[:3])
    return some if len(paths) <= 3 else f"{some} and {len(paths) - 3} more"
