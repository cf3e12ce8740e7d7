"""Convolutions that start as the identity, as far as possible."""

from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="convlab")
class PartialIdentity(keras.initializers.Initializer):
    """Lets each input pass through one output unchanged; outputs without an input start at random.

    As ``torch.nn.init.dirac_`` on the first filters of a convolution with PyTorch's default initialization.
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Return a kernel ``(height, width, inputs, outputs)``."""
        uniform = keras.initializers.VarianceScaling(1 / 3, mode="fan_in", distribution="uniform")
        kernel = np.array(uniform(shape, "float32"))
        height, width, inputs, outputs = shape
        passed = min(inputs, outputs)
        kernel[..., :passed] = 0
        kernel[height // 2, width // 2, range(passed), range(passed)] = 1
        return keras.ops.convert_to_tensor(kernel, dtype)
