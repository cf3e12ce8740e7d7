"""Whether a network can learn at all."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from convlab.inspect.checks.architectures.architecture_subject import ArchitectureSubject, Array, Shape
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

if TYPE_CHECKING:
    import keras

_IMAGES = 4
_STEPS, _STEPS_PER_CALL = 200, 10
_LEARNING_RATES = (1e-3, 1e-2, 1e-1, 1e-4)
# Relative to the loss of a uniform guess; half the loss of knowing the four labels, but not which is which.
_TARGET_LOSS = 0.3


@check(
    f"Overfits a batch of {_IMAGES} images",
    why="a network that cannot fit a handful of images will not fit a dataset",
    fix="look for a saturating activation before the logits, dead units, initial weights that are too small "
    "or too large, and layers that discard the image",
    needs=("returns_logits", "every_weight_gets_a_gradient"),
)
def overfits_one_batch(subject: ArchitectureSubject) -> dict[str, int]:
    """Train on one batch with Adam, at several learning rates until one reaches the target loss."""
    guess, best = math.log(10), math.inf
    for learning_rate in _LEARNING_RATES:
        with subject.modifiable_model() as model:
            for step, loss in _losses(model, subject, learning_rate):
                best = min(best, loss)
                if best < _TARGET_LOSS * guess:
                    return {"steps": step}
    raise CheckFailedError(
        f"the lowest loss in {_STEPS} steps is {best:.2f}; a uniform guess has {guess:.2f}"
    )


def _losses(
    model: "keras.Model", subject: ArchitectureSubject, learning_rate: float
) -> Iterator[tuple[int, float]]:
    import keras
    import tensorflow as tf

    from convlab.training.step import loss_and_gradients

    images, labels = tf.constant(_distinct_images(subject.shape)), np.arange(_IMAGES)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train_steps() -> tf.Tensor:
        loss = tf.constant(0.0)
        for _ in tf.range(_STEPS_PER_CALL):
            _, gradients, logits = loss_and_gradients(model, cross_entropy, images, labels)
            loss = cross_entropy(labels, logits)  # without the regularization
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    for step in range(_STEPS_PER_CALL, _STEPS + 1, _STEPS_PER_CALL):
        training = float(train_steps())
        # Dropout raises the training loss; moving averages that have not settled raise the inference loss.
        inference = float(cross_entropy(labels, model(images, training=False)))
        yield step, min(training, inference)


def _distinct_images(shape: Shape) -> Array:
    """Return images that differ in brightness, colour and coarse pattern, so that averages separate them."""
    rng = np.random.default_rng(0)
    height, width, channels = shape
    coarse = rng.normal(size=(_IMAGES, 4, 4, channels)) + rng.normal(size=(_IMAGES, 1, 1, channels))
    rows, columns = np.arange(height) * 4 // height, np.arange(width) * 4 // width
    images = coarse[:, rows][:, :, columns] + 0.1 * rng.normal(size=(_IMAGES, *shape))
    images = (images - images.mean()) / images.std()
    return np.asarray(images, np.float32)
