"""A trained model's logits, many images at a time."""

from collections.abc import Callable

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convlab.training.evaluator import chunk_size

Images = npt.NDArray[np.uint8]
Logits = npt.NDArray[np.float32]


def forward(model: keras.Model) -> Callable[[Images], Logits]:
    """Return a function from uint8 images ``(n, height, width, channels)`` to logits ``(n, num_classes)``.

    The images pass in chunks, so that any number of them fits into memory.
    """
    pixels = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
    graph = tf.function(lambda images: model(images, training=False), input_signature=[pixels])
    size = chunk_size(model)

    def logits_of(images: Images) -> Logits:
        starts = range(0, len(images), size)
        return np.concatenate([graph(images[start : start + size]).numpy() for start in starts])

    return logits_of
