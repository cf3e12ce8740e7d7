"""Operations on the colors of images, float32 from 0 to 255, with one strength per image.

They are those of Pillow's ``ImageEnhance`` and ``ImageOps``, without rounding to whole numbers in between.
"""

from typing import Any

import numpy as np
import tensorflow as tf

_LUMA = (0.299, 0.587, 0.114)


def blended(first: Any, second: Any, factor: Any) -> Any:
    """Return the mixture of two images, beyond the second if the factor is above 1, clipped."""
    return tf.clip_by_value(first + factor * (second - first), 0.0, 255.0)


def gray(images: Any) -> Any:
    """Return the luma of each pixel, ``(batch, height, width, 1)``."""
    if images.shape[-1] != 3:
        return images
    return tf.reduce_sum(images * tf.constant(_LUMA), axis=-1, keepdims=True)


def mean_gray(images: Any) -> Any:
    """Return the mean luma of each image, ``(batch, 1, 1, 1)``."""
    return tf.reduce_mean(gray(images), axis=(1, 2), keepdims=True)


def hue_shifted(images: Any, shift: Any) -> Any:
    """Return images with the hue turned by a fraction of the color circle, ``(batch, 1, 1)``."""
    hue, saturation, value = tf.unstack(tf.image.rgb_to_hsv(images / 255), axis=-1)
    turned = tf.stack([tf.math.floormod(hue + shift, 1.0), saturation, value], axis=-1)
    return 255 * tf.image.hsv_to_rgb(turned)


def smoothed(images: Any) -> Any:
    """Return the images under Pillow's filter ``SMOOTH``, which leaves the outermost pixels."""
    kernel = tf.constant([[1.0, 1.0, 1.0], [1.0, 5.0, 1.0], [1.0, 1.0, 1.0]]) / 13
    height, width = images.shape[1:3]
    inner = sum(
        kernel[row, column] * images[:, row : height - 2 + row, column : width - 2 + column]
        for row in range(3)
        for column in range(3)
    )
    columns = tf.concat([images[:, 1:-1, :1], inner, images[:, 1:-1, -1:]], axis=2)
    return tf.concat([images[:, :1], columns, images[:, -1:]], axis=1)


def solarized(images: Any, threshold: Any) -> Any:
    """Return images with all values from the threshold inverted."""
    return tf.where(images >= threshold, 255 - images, images)


def posterized(images: Any, bits: Any) -> Any:
    """Return images with only the first bits of each value."""
    step = 2.0 ** (8 - bits)
    return tf.floor(images / step) * step


def auto_contrasted(images: Any) -> Any:
    """Return images with each channel stretched to all values from 0 to 255."""
    low, high = (reduce(images, axis=(1, 2), keepdims=True) for reduce in (tf.reduce_min, tf.reduce_max))
    stretched = (images - low) * (255 / tf.maximum(high - low, 1.0))
    return tf.where(high > low, tf.clip_by_value(stretched, 0.0, 255.0), images)


def equalized(images: Any) -> Any:
    """Return images with a flat histogram of each channel."""
    batch, (height, width, channels) = tf.shape(images)[0], images.shape[1:]
    values = tf.cast(tf.round(images), tf.int32)
    histograms = batch * channels
    of_histogram = tf.reshape(tf.range(histograms), (batch, 1, 1, channels)) * 256
    flat = tf.reshape(of_histogram + values, (-1,))
    counts = tf.tensor_scatter_nd_add(
        tf.zeros((histograms * 256,), tf.int32), flat[:, None], tf.ones_like(flat)
    )
    counts = tf.reshape(counts, (histograms, 256))
    # As Pillow: the last value that occurs does not count, and everything rounds down.
    last = tf.reduce_max(tf.where(counts > 0, tf.range(256), -1), axis=1)
    step = (height * width - tf.gather(counts, last, axis=1, batch_dims=1)) // 255
    # A product is exact here, and much faster than tf.cumsum, which XLA computes again for each pixel.
    lower = tf.constant(np.triu(np.ones((256, 256), np.float32), 1))
    before = tf.cast(tf.cast(counts, tf.float32) @ lower, tf.int32)
    table = tf.minimum((step[:, None] // 2 + before) // tf.maximum(step, 1)[:, None], 255)
    table = tf.where(step[:, None] > 0, table, tf.range(256))
    return tf.cast(tf.reshape(tf.gather(tf.reshape(table, (-1,)), flat), tf.shape(images)), tf.float32)
