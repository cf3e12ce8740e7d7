"""A trained model's logits and probabilities, for any number of images."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import keras

Images = npt.NDArray[np.uint8]
Logits = npt.NDArray[np.float32]
LogitsFunction = Callable[[Images], Logits]


def logits_function(model: "keras.Model") -> LogitsFunction:
    """Return a function from uint8 images ``(n, height, width, channels)`` to logits ``(n, num_classes)``.

    It processes the images in chunks, so that any number of them fits into memory.
    """
    import tensorflow as tf

    from convlab.system.keras_defaults import keras_defaults
    from convlab.training.evaluator import chunk_size

    pixels = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
    forward = tf.function(lambda images: model(images, training=False), input_signature=[pixels])
    size = chunk_size(model)

    def logits_of(images: Images) -> Logits:
        starts = range(0, len(images), size)
        with keras_defaults():
            return np.concatenate([forward(images[start : start + size]).numpy() for start in starts])

    return logits_of


def softmax(logits: Logits) -> npt.NDArray[np.float64]:
    """Return the probabilities of logits ``(n, num_classes)``, computed in float64."""
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)  # exp cannot overflow
    exponentials: npt.NDArray[np.float64] = np.exp(shifted)
    exponentials /= exponentials.sum(axis=1, keepdims=True)
    return exponentials
