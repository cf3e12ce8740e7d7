"""Random numbers that depend on the seed, the epoch and the step alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf


class Randomness:
    """The random numbers of one augmentation in one step.

    They are functions of the run's seed, the epoch, the step and the augmentation's place in the experiment:
    a run that resumes draws what an uninterrupted one would, and another augmentation changes nothing.

    Args:
        seed: an integer tensor ``(2,)`` for this augmentation and step.
        image_seed: an integer for this augmentation, the same in all epochs.
        positions: the position of each image of the batch in the training set.
        epoch: counted from 1.

    Attributes:
        positions: int32, shape ``(batch,)``; identifies an image across epochs.
        epoch: int32, counted from 1.
    """

    def __init__(self, seed: Any, image_seed: int, *, positions: tf.Tensor, epoch: tf.Tensor) -> None:
        self.positions = positions
        self.epoch = epoch
        self._seed = seed
        self._image_seed = image_seed
        self._draws = 0

    def seed(self) -> tf.Tensor:
        """Return a new seed, int32 ``(2,)``, for the functions ``tf.random.stateless_…``."""
        import tensorflow as tf

        self._draws += 1
        return tf.random.experimental.stateless_fold_in(self._seed, self._draws, alg="philox")

    def uniform(self, shape: Sequence[Any], low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        """Return float32 numbers from ``low`` to ``high``, without ``high``."""
        return low + (high - low) * self._fractions(shape)

    def integers(self, shape: Sequence[Any], low: int, high: int) -> tf.Tensor:
        """Return int32 numbers from ``low`` to ``high``, without ``high``."""
        import tensorflow as tf

        return tf.random.stateless_uniform(shape, self.seed(), low, high, tf.int32, alg="philox")

    def normal(self, shape: Sequence[Any]) -> tf.Tensor:
        """Return float32 numbers of a standard normal distribution."""
        import tensorflow as tf

        return math.sqrt(2) * tf.math.erfinv(2 * (self._fractions(shape) + 2.0**-25) - 1)

    def uniform_per_image(self) -> tf.Tensor:
        """Return a float32 number from 0 to 1 for each image of the batch, the same in every epoch."""
        import tensorflow as tf

        # The finalizer of MurmurHash3, whose output bits each depend on all input bits.
        bits = tf.cast(self.positions, tf.uint32) * tf.constant(0x9E3779B1, tf.uint32)
        bits = tf.bitwise.bitwise_xor(bits, tf.constant(self._image_seed, tf.uint32))
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
            bits = tf.bitwise.bitwise_xor(
                bits, tf.bitwise.right_shift(bits, tf.constant(shift, tf.uint32))
            ) * tf.constant(factor, tf.uint32)
        return _fractions(bits)

    def _fractions(self, shape: Sequence[Any]) -> tf.Tensor:
        import tensorflow as tf

        # From integers: XLA draws other floating-point numbers than TensorFlow.
        return _fractions(
            tf.random.stateless_uniform(shape, self.seed(), None, None, tf.uint32, alg="philox")
        )


def _fractions(bits: tf.Tensor) -> tf.Tensor:
    """Return float32 numbers from 0 to 1, without 1, of the first 24 of 32 random bits."""
    import tensorflow as tf

    return tf.cast(tf.bitwise.right_shift(bits, tf.constant(8, tf.uint32)), tf.float32) / 2.0**24
