"""Mixtures of two images and of their labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from convlab import Augmentation

_QUANTILES = 4096


@dataclass(frozen=True)
class MixUpOptions:
    """Options of ``mixup``."""

    alpha: Annotated[float, Field(gt=0)] = 0.2
    """Parameter of the beta distribution of the first image's share; 1 is uniform, less mixes less."""
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Probability that an image is mixed with another."""


@dataclass(frozen=True)
class CutMixOptions:
    """Options of ``cutmix``."""

    alpha: Annotated[float, Field(gt=0)] = 1.0
    """Parameter of the beta distribution of the first image's share; 1 is uniform, less mixes less."""
    probability: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Probability that an image is mixed with another."""


def _mixup(input_shape: Any, num_classes: int, options: MixUpOptions) -> Callable[..., Any]:
    """Blend each image with the one before it in the batch, whose order is random."""
    import tensorflow as tf

    quantiles = _beta_quantiles(options.alpha)

    def mix(images: Any, labels: Any, random: Any) -> Any:
        share = _share(random, tf.shape(images)[0], quantiles, options.probability)
        images = tf.cast(images, tf.float32)
        mixed = _blend(images, tf.roll(images, 1, axis=0), share[:, None, None, None])
        return mixed, _mixed_labels(labels, share, num_classes)

    return mix


def _cutmix(
    input_shape: tuple[int, int, int], num_classes: int, options: CutMixOptions
) -> Callable[..., Any]:
    """Replace a rectangle of each image by the same place in the one before it in the batch."""
    import tensorflow as tf

    height, width, _ = input_shape
    quantiles = _beta_quantiles(options.alpha)

    def mix(images: Any, labels: Any, random: Any) -> Any:
        batch = tf.shape(images)[0]
        side = tf.sqrt(1 - _share(random, batch, quantiles, options.probability))
        in_rows = _interval(height, side, random.uniform((batch,)))
        in_columns = _interval(width, side, random.uniform((batch,)))
        other = in_rows[:, :, None] & in_columns[:, None]
        share = 1 - tf.reduce_mean(tf.cast(other, tf.float32), axis=(1, 2))  # as the edges cut it off
        mixed = tf.where(other[..., None], tf.roll(images, 1, axis=0), images)
        return mixed, _mixed_labels(labels, share, num_classes)

    return mix


def _beta_quantiles(alpha: float) -> Any:
    """Return evenly spaced quantiles of a beta distribution; XLA has no such random numbers."""
    import numpy as np
    from scipy.special import betaincinv

    return betaincinv(alpha, alpha, (np.arange(_QUANTILES) + 0.5) / _QUANTILES).astype(np.float32)


def _share(random: Any, batch: Any, quantiles: Any, probability: float) -> Any:
    """Return the share of the first image in each mixture, ``(batch,)``; 1 if it is not mixed."""
    import tensorflow as tf

    share = tf.gather(quantiles, random.integers((batch,), 0, _QUANTILES))
    return tf.where(random.uniform((batch,)) < probability, share, 1.0)


def _interval(size: int, fraction: Any, center: Any) -> Any:
    """Return which places of an axis are in an interval around a center, ``(batch, size)``."""
    import tensorflow as tf

    length = tf.round(fraction * size)
    start = tf.floor(center * size) - tf.floor(length / 2)
    places = tf.range(size, dtype=tf.float32)
    return (places >= start[:, None]) & (places < (start + length)[:, None])


def _mixed_labels(labels: Any, share: Any, num_classes: int) -> Any:
    import tensorflow as tf

    if len(labels.shape) == 1:
        labels = tf.one_hot(labels, num_classes)
    return _blend(labels, tf.roll(labels, 1, axis=0), share[:, None])


def _blend(first: Any, second: Any, share: Any) -> Any:
    return share * first + (1 - share) * second


MIXUP = Augmentation(
    name="mixup",
    summary="A blend of two images and of their labels (Zhang et al. 2018)",
    build=_mixup,
    options=MixUpOptions,
)
CUTMIX = Augmentation(
    name="cutmix",
    summary="A rectangle of another image, and a part of its label (Yun et al. 2019)",
    build=_cutmix,
    options=CutMixOptions,
)
