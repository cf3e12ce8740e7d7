"""When XLA compiles the training step: a rule of the model and the device alone, so that a run repeats."""

from typing import Literal

import keras
import tensorflow as tf

# With these layers alone XLA gains several times on a CPU. Its convolutions there lose as much, so a
# layer that is not known to hold none counts as one that may.
_DENSE_ONLY = frozenset({
    "Activation", "ActivityRegularization", "Add", "AlphaDropout", "Average", "BatchNormalization",
    "Concatenate", "Dense", "Dropout", "ELU", "Flatten", "Functional", "GaussianDropout", "GaussianNoise",
    "InputLayer", "LayerNormalization", "LeakyReLU", "Maximum", "Multiply", "Normalization", "PReLU", "ReLU",
    "Rescaling", "Reshape", "Sequential", "Softmax", "Subtract",
})  # fmt: skip


def uses_xla(model: keras.Model, choice: Literal["auto", "on", "off"]) -> bool:
    """Decide whether XLA compiles the step.

    Args:
        model: the whole model, preprocessing included.
        choice: ``auto`` says yes on accelerators, and on a CPU for models of dense layers alone.
    """
    if choice != "auto":
        return choice == "on"
    return bool(tf.config.list_logical_devices("GPU")) or is_dense_only(model)


def is_dense_only(model: keras.Model) -> bool:
    """Tell whether all layers are Keras's own and none of them convolves, pools or recurs."""
    layers = model._flatten_layers()
    return all(
        type(layer).__module__.startswith("keras.") and type(layer).__name__ in _DENSE_ONLY
        for layer in layers
    )
