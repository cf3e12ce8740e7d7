"""When XLA compiles the training step: a rule of the model and the device alone, so that runs repeat."""

from typing import Literal

import keras
import tensorflow as tf

# XLA makes these layers several times faster on a CPU, and convolutions several times slower. A layer that
# is not on the list may contain a convolution.
_DENSE_ONLY = frozenset({
    "Activation", "ActivityRegularization", "Add", "AlphaDropout", "Average", "BatchNormalization",
    "Concatenate", "Dense", "Dropout", "ELU", "Flatten", "Functional", "GaussianDropout", "GaussianNoise",
    "InputLayer", "LayerNormalization", "LeakyReLU", "Maximum", "Multiply", "Normalization", "PReLU", "ReLU",
    "Rescaling", "Reshape", "Sequential", "Softmax", "Subtract",
})  # fmt: skip


def uses_xla(model: keras.Model, choice: Literal["auto", "on", "off"]) -> bool:
    """Return whether XLA compiles the step.

    Args:
        model: the whole model, including preprocessing.
        choice: ``auto`` means on for accelerators, and on a CPU for models of dense layers only.
    """
    if choice != "auto":
        return choice == "on"
    return bool(tf.config.list_logical_devices("GPU")) or is_dense_only(model)


def is_dense_only(model: keras.Model) -> bool:
    """Return whether all layers are Keras's own and none is convolutional, pooling or recurrent."""
    return all(
        type(layer).__module__.startswith("keras.") and type(layer).__name__ in _DENSE_ONLY
        for layer in model._flatten_layers()
    )
