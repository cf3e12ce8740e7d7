"""Images sampled at other places than those of their pixels; compiles with XLA."""

from typing import Any, Literal

import tensorflow as tf

Mode = Literal["constant", "reflect", "edge"]


def pixels_at(images: Any, rows: Any, columns: Any, mode: Mode) -> Any:
    """Return the pixels at whole rows and columns, which may be outside of the image.

    Args:
        images: ``(batch, height, width, channels)``.
        rows: integers that broadcast to ``(batch, height, width)``.
        columns: the same.
        mode: the pixels outside: 0, those of the image mirrored at its edge, or the nearest.
    """
    batch, (height, width, channels) = tf.shape(images)[0], images.shape[1:]
    inside_rows, inside_columns = _inside(rows, height, mode), _inside(columns, width, mode)
    places = tf.reshape(inside_rows * width + inside_columns, (batch, height * width))
    flat = tf.reshape(images, (batch, height * width, channels))
    pixels = tf.reshape(tf.gather(flat, places, axis=1, batch_dims=1), tf.shape(images))
    if mode != "constant":
        return tf.ensure_shape(pixels, images.shape)
    exist = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    return tf.ensure_shape(tf.where(exist[..., None], pixels, tf.zeros((), images.dtype)), images.shape)


def interpolated_at(images: Any, rows: Any, columns: Any, mode: Mode) -> Any:
    """Return float32 values between pixels, interpolated linearly in both directions.

    Args:
        images: ``(batch, height, width, channels)``.
        rows: float32 ``(batch, height, width)``.
        columns: the same.
        mode: see ``pixels_at``.
    """
    images = tf.cast(images, tf.float32)
    top, left = tf.floor(rows), tf.floor(columns)
    below, right = (rows - top)[..., None], (columns - left)[..., None]
    top, left = tf.cast(top, tf.int32), tf.cast(left, tf.int32)
    upper = (1 - right) * pixels_at(images, top, left, mode) + right * pixels_at(images, top, left + 1, mode)
    lower = (1 - right) * pixels_at(images, top + 1, left, mode)
    lower += right * pixels_at(images, top + 1, left + 1, mode)
    return (1 - below) * upper + below * lower


def transformed(images: Any, matrices: Any, mode: Mode) -> Any:
    """Return images under affine transformations about their centers, as float32.

    Args:
        images: ``(batch, height, width, channels)``.
        matrices: float32 ``(batch, 2, 3)``; times ``(row, column, 1)``, from the center, the place in
            the original image.
        mode: see ``pixels_at``.
    """
    height, width = images.shape[1:3]
    rows = (tf.range(height, dtype=tf.float32) - (height - 1) / 2)[:, None]
    columns = tf.range(width, dtype=tf.float32) - (width - 1) / 2
    entries = matrices[:, :, :, None, None]
    places = entries[:, :, 0] * rows + entries[:, :, 1] * columns + entries[:, :, 2]
    return interpolated_at(images, places[:, 0] + (height - 1) / 2, places[:, 1] + (width - 1) / 2, mode)


def _inside(places: Any, size: int, mode: Mode) -> Any:
    """Return the places inside an axis whose pixels those outside have."""
    if mode == "reflect" and size > 1:
        period = 2 * (size - 1)
        places = tf.math.floormod(places, period)
        return tf.minimum(places, period - places)
    return tf.clip_by_value(places, 0, size - 1)
