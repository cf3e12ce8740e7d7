"""Batch normalization of images in one pass over them; Keras makes several on TensorFlow."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from convlab.training.model.keras_patch import patched_method

_keras_call = keras.layers.BatchNormalization.call


@contextmanager
def fused_batch_norm() -> Iterator[None]:
    """Trace every ``BatchNormalization`` in the block as TensorFlow's fused operation.

    The layer, its weights and what is saved stay Keras's; results agree up to rounding. Only training on
    ``(batch, height, width, channels)`` changes; nothing else would get faster.
    """
    with patched_method(keras.layers.BatchNormalization, "call", _call):
        yield


def _call(layer: Any, inputs: Any, training: Any = None, mask: Any = None) -> Any:
    if not (training is True and layer.trainable and mask is None and _is_plain(layer, inputs)):
        return _keras_call(layer, inputs, training=training, mask=mask)
    channels = inputs.shape[-1]
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=inputs,
        scale=tf.convert_to_tensor(layer.gamma) if layer.scale else tf.ones(channels),
        offset=tf.convert_to_tensor(layer.beta) if layer.center else tf.zeros(channels),
        mean=tf.zeros(0),
        variance=tf.zeros(0),
        epsilon=layer.epsilon,
        is_training=True,
    )
    # The operation returns the unbiased variance; Keras keeps the biased one.
    values = tf.cast(tf.size(inputs) // channels, tf.float32)
    variance *= tf.maximum(values - 1, 1) / values
    for moving, of_batch in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + of_batch * (1 - layer.momentum))
    return outputs


def _is_plain(layer: Any, inputs: Any) -> bool:
    """Return whether the fused operation computes exactly what the layer would.

    A subclass may override any step of the computation, so only Keras's own class qualifies.
    """
    return (
        type(layer) is keras.layers.BatchNormalization
        and len(inputs.shape) == 4
        and layer.axis in (-1, 3)
        and not getattr(layer, "renorm", False)  # not in every version of Keras
        and not layer.synchronized
        and layer.variable_dtype == "float32"
        and layer.compute_dtype == inputs.dtype
        and layer.compute_dtype in ("float32", "bfloat16", "float16")
    )
