"""Batch normalization of images in one pass over them, where Keras makes several on TensorFlow."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

_keras_call = keras.layers.BatchNormalization.call


@contextmanager
def fused_batch_norm() -> Iterator[None]:
    """Let every ``BatchNormalization`` that is traced in here use TensorFlow's fused operation.

    The layer, its weights and what is saved stay Keras's own; results agree up to rounding. Only training on
    ``(batch, height, width, channels)`` is changed: the rest gains nothing.
    """
    keras.layers.BatchNormalization.call = _call
    try:
        yield
    finally:
        keras.layers.BatchNormalization.call = _keras_call


def _call(layer: Any, inputs: Any, training: Any = None, mask: Any = None) -> Any:
    channels_last = len(inputs.shape) == 4 and layer.axis in (-1, 3)
    special = mask is not None or layer.renorm or layer.synchronized
    if not (training is True and layer.trainable and channels_last) or special:
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
    # The operation gives the unbiased variance, Keras keeps the biased one.
    values = tf.cast(tf.size(inputs) // channels, tf.float32)
    variance *= tf.maximum(values - 1, 1) / values
    for moving, of_batch in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + of_batch * (1 - layer.momentum))
    return outputs
