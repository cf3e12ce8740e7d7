"""When XLA compiles the step, and when layers compute in bfloat16.

Both are rules of the model and the device alone, so that runs repeat.
"""

from pathlib import Path
from typing import Any, Literal

import keras
import tensorflow as tf

Precision = Literal["float32", "mixed_bfloat16"]

# Instructions that multiply bfloat16. Without one, TensorFlow emulates it, slower than float32.
NATIVE_FLAGS = {"avx512_bf16", "amx_bf16"}
# NVIDIA Ampere, the first generation with bfloat16.
_NATIVE_COMPUTE_CAPABILITY = (8, 0)


def chosen_precision(network: keras.Model, choice: Literal["auto", "float32", "mixed_bfloat16"]) -> Precision:
    """Return what the layers compute in.

    Args:
        network: the network, built in any precision.
        choice: ``auto`` means bfloat16 if the device supports it natively, except on a CPU for models of
            dense layers only, which XLA computes in float32 either way.
    """
    if choice != "auto":
        return choice
    if tf.config.list_physical_devices("GPU"):
        native = gpus_are_native()
    else:
        native = not is_dense_only(network) and bool(NATIVE_FLAGS & cpu_flags())
    return "mixed_bfloat16" if native else "float32"


def cpu_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """Return the processor's instruction sets by their Linux names; empty on other systems."""
    try:
        description = cpuinfo.read_text(encoding="utf-8")
    except OSError:
        return frozenset()
    flags = (line.partition(":")[2].split() for line in description.splitlines() if line.startswith("flags"))
    return frozenset(next(flags, []))


def gpus_are_native() -> bool:
    """Return whether all GPUs multiply bfloat16."""
    gpus = tf.config.list_physical_devices("GPU")
    return all(_gpu_is_native(tf.config.experimental.get_device_details(gpu)) for gpu in gpus)


def _gpu_is_native(details: dict[str, Any]) -> bool:
    capability = details.get("compute_capability")
    return capability is not None and capability >= _NATIVE_COMPUTE_CAPABILITY


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
