"""A few training steps on real images, to see what the first minutes of a run would show."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from convlab.training.preparation import Prepared
from convlab.training.schedules import find_schedule, scheduled_rate

STEPS = 40
_WARM_UP = 0.25
_LAST = 8


@dataclass(frozen=True, kw_only=True)
class Probed:
    """What some steps at a learning rate came to.

    Attributes:
        learning_rate: their rate, which they climbed to in their first quarter.
        start: the loss before the first step.
        end: the mean loss of the last steps; not a number, or infinite, where training broke.
    """

    learning_rate: float
    start: float
    end: float

    @property
    def fell_to(self) -> float:
        """The part of the first loss that is left; infinite where training broke."""
        left = self.end / max(self.start, 1e-9)
        return left if math.isfinite(left) else math.inf


class Probe:
    """Trains a prepared model for some steps, from its initial weights each time.

    Args:
        prepared: the experiment; its model's weights are changed.
    """

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._model = prepared.model
        self._initial = [variable.value.numpy() for variable in self._model.variables]
        self._loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        images = min(prepared.plan.images, STEPS * prepared.plan.batch_size)
        self._order = prepared.plan.order(prepared.split.train, epoch=1)[:images]

    @property
    def images(self) -> Any:
        """Real train images ``(n, height, width, channels)``, enough to judge a unit by."""
        return self._prepared.data.train.images[np.sort(self._order[:256])]

    def gradients(self) -> list[Any]:
        """Return the gradient of the loss by each trainable weight as it is now, over ``images``."""
        labels = self._prepared.data.train.labels[np.sort(self._order[:256])]
        gradients, _ = self._gradients(tf.convert_to_tensor(self.images), tf.convert_to_tensor(labels))
        return gradients

    def train(self, learning_rate: float) -> Probed:
        """Take the steps at a learning rate."""
        for variable, value in zip(self._model.variables, self._initial, strict=True):
            variable.assign(value)
        step = self._step_at(learning_rate)
        losses = []
        for number in range(STEPS):
            images, labels = self._batch(number)
            losses.append(float(step(images, labels)))
            if not math.isfinite(losses[-1]):
                break
        return Probed(learning_rate=learning_rate, start=losses[0], end=float(np.mean(losses[-_LAST:])))

    def _step_at(self, learning_rate: float) -> Callable[[Any, Any], Any]:
        resolved = self._prepared.resolved
        rate = scheduled_rate(find_schedule("constant"), learning_rate, steps=STEPS, warmup=_WARM_UP)
        optimizer = resolved.optimizer.part.build(rate, resolved.optimizer_options)
        optimizer.build(self._model.trainable_variables)

        def step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
            gradients, loss = self._gradients(images, labels)
            pairs = zip(gradients, self._model.trainable_variables, strict=True)
            optimizer.apply_gradients([(gradient, w) for gradient, w in pairs if gradient is not None])
            return loss

        graph: Callable[[Any, Any], Any] = tf.function(step, reduce_retracing=True)
        return graph

    def _gradients(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[list[Any], tf.Tensor]:
        with tf.GradientTape() as tape:
            loss = self._loss(labels, self._model(images, training=True))
            if self._model.losses:
                loss += tf.add_n(self._model.losses)
        return tape.gradient(loss, [weight.value for weight in self._model.trainable_variables]), loss

    def _batch(self, number: int) -> tuple[tf.Tensor, tf.Tensor]:
        size, data = self._prepared.plan.batch_size, self._prepared.data.train
        chosen = np.take(self._order, np.arange(number * size, (number + 1) * size), mode="wrap")
        return tf.convert_to_tensor(data.images[chosen]), tf.convert_to_tensor(data.labels[chosen])
