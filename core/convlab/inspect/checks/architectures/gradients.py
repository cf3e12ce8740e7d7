"""Whether training reaches every weight."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from convlab.inspect.checks.architectures.architecture_subject import ArchitectureSubject, noise
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check
from convlab.text.formatting import listed

if TYPE_CHECKING:
    import keras

_STEPS = 4


@check(
    "Every trainable weight gets a gradient",
    why="a weight without a gradient keeps its initial value: it takes memory and does nothing",
    fix="use the layer's output on the way to the logits, remove the layer, or freeze it with "
    "trainable = False; stop_gradient and argmax block gradients",
    needs=("finite_output",),
)
def every_weight_gets_a_gradient(subject: ArchitectureSubject) -> None:
    """Train for a few steps: behind a zero-initialized layer, gradients start with the second step."""
    with subject.modifiable_model() as model:
        always_zero = {weight.path for weight in model.trainable_variables}
        for gradients in _gradients_per_step(model, subject):
            missing = [weight.path for weight, gradient in gradients if gradient is None]
            if missing:
                raise CheckFailedError(f"no gradient reaches {listed(missing)}")
            always_zero -= {weight.path for weight, gradient in gradients if np.any(gradient)}
        # The gradient of a bias may always be zero, as before batch normalization or in attention keys.
        dead = [
            weight.path
            for weight in model.trainable_variables
            if weight.path in always_zero and len(weight.shape) > 1
        ]
        if dead:
            raise CheckFailedError(f"the gradient of {listed(dead)} is zero on every batch")


@check(
    "Training updates the moving averages of batch normalization",
    why="in inference, the network would normalize with the initial averages, zero and one",
    fix="do not call BatchNormalization with training=False; to freeze it, set trainable = False",
    needs=("finite_output",),
)
def training_updates_moving_averages(subject: ArchitectureSubject) -> None:
    """Compare the averages of each trainable layer before and after a batch in training mode."""
    import keras

    with subject.modifiable_model() as model:
        layers = [
            layer
            for layer in model._flatten_layers(include_self=False)
            if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
        ]
        before = [(layer.moving_mean.numpy(), layer.moving_variance.numpy()) for layer in layers]
        model(1 + noise(4, subject.shape), training=True)
        constant = [
            layer.name
            for layer, (mean, variance) in zip(layers, before, strict=True)
            if np.array_equal(layer.moving_mean.numpy(), mean)
            and np.array_equal(layer.moving_variance.numpy(), variance)
        ]
    if constant:
        raise CheckFailedError(f"training does not change the averages of {listed(constant)}")


def _gradients_per_step(
    model: "keras.Model", subject: ArchitectureSubject
) -> Iterator[list[tuple[Any, Any]]]:
    import keras
    import tensorflow as tf

    from convlab.training.step import loss_and_gradients

    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD(0.01)
    weights = model.trainable_variables
    for seed in range(_STEPS):
        _, gradients, _ = loss_and_gradients(
            model, cross_entropy, noise(8, subject.shape, seed), np.arange(8)
        )
        arrays = [
            None if gradient is None else np.asarray(tf.convert_to_tensor(gradient)) for gradient in gradients
        ]
        yield list(zip(weights, arrays, strict=True))
        optimizer.apply_gradients(zip(arrays, weights, strict=True))
