"""Whether a network can learn at all."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from convlab.inspect.checks.architectures.subject import ArchitectureSubject, Array, Shape
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

if TYPE_CHECKING:
    import keras

_IMAGES = 4
_STEPS, _STEPS_PER_LOOK = 200, 10
_RATES = (1e-3, 1e-2, 1e-1, 1e-4)
_ENOUGH = 0.3  # of the loss of a guess; half of what it takes to know the four labels but not which is which


@check(
    f"It learns {_IMAGES} images by heart",
    why="what cannot fit a handful of images will fit no data set; it is the quickest test of a network",
    fix="look for an activation before the logits, dead units, weights that start too small or too large, "
    "and layers that throw the image away",
    needs=("returns_logits", "every_weight_gets_a_gradient"),
)
def overfits_one_batch(subject: ArchitectureSubject) -> dict[str, int]:
    """Train on one batch with Adam, with one rate after another until one does it."""
    guess, best = math.log(10), math.inf
    for rate in _RATES:
        with subject.trainable() as model:
            for step, loss in _losses(model, subject, rate):
                best = min(best, loss)
                if best < _ENOUGH * guess:
                    return {"steps": step}
    raise CheckFailedError(
        f"after {_STEPS} steps the loss is {best:.2f} at best, where a guess has {guess:.2f}"
    )


def _losses(model: "keras.Model", subject: ArchitectureSubject, rate: float) -> Iterator[tuple[int, float]]:
    import keras
    import tensorflow as tf

    images, labels = tf.constant(_unlike_images(subject.shape)), np.arange(_IMAGES)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)

    @tf.function
    def steps() -> tf.Tensor:
        loss = tf.constant(0.0)
        for _ in tf.range(_STEPS_PER_LOOK):
            with tf.GradientTape() as tape:
                loss = cross_entropy(labels, model(images, training=True))
                total = loss + tf.add_n(model.losses) if model.losses else loss
            weights = model.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(total, weights), weights, strict=True))
        return loss

    for done in range(_STEPS_PER_LOOK, _STEPS + 1, _STEPS_PER_LOOK):
        training = float(steps())
        # Dropout keeps the one up, running statistics that are not there yet the other.
        inference = float(cross_entropy(labels, model(images, training=False)))
        yield done, min(training, inference)


def _unlike_images(shape: Shape) -> Array:
    """Return images that differ in brightness, colour and coarse pattern: averages tell them apart."""
    rng = np.random.default_rng(0)
    height, width, channels = shape
    coarse = rng.normal(size=(_IMAGES, 4, 4, channels)) + rng.normal(size=(_IMAGES, 1, 1, channels))
    rows, columns = np.arange(height) * 4 // height, np.arange(width) * 4 // width
    images = coarse[:, rows][:, :, columns] + 0.1 * rng.normal(size=(_IMAGES, *shape))
    images = (images - images.mean()) / images.std()
    return np.asarray(images, np.float32)
