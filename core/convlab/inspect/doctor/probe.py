"""A few training steps on real images, which show how the first minutes of a run would go."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from convlab.host.provider import build_part
from convlab.training.preparation import Prepared
from convlab.training.schedules import warmed_up
from convlab.training.step import loss_and_gradients

STEPS = 40
_WARMUP = 0.25
_STEPS_AVERAGED = 8
_IMAGES = 256


@dataclass(frozen=True, kw_only=True)
class ProbeResult:
    """The result of some steps at a learning rate.

    Attributes:
        learning_rate: the rate after the warm-up, which takes the first quarter of the steps.
        start: the loss before the first step.
        end: the mean loss of the last steps; NaN or infinite if training diverged.
    """

    learning_rate: float
    start: float
    end: float

    @property
    def remaining(self) -> float:
        """The share of the initial loss that remains; infinite if training diverged."""
        share = self.end / max(self.start, 1e-9)
        return share if math.isfinite(share) else math.inf


class Probe:
    """Trains the model of an experiment for some steps, from its initial weights each time.

    Args:
        prepared: the experiment; the weights of its model are changed.
    """

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._model = prepared.model
        self._initial = [variable.value.numpy() for variable in self._model.variables]
        self._loss = prepared.loss
        count = min(prepared.plan.images, STEPS * prepared.plan.batch_size)
        self._order = prepared.plan.order(prepared.split.train, epoch=1)[:count]

    @property
    def images(self) -> Any:
        """Up to 256 training images, ``(n, height, width, channels)``."""
        return self._prepared.data.train.images[np.sort(self._order[:_IMAGES])]

    def gradients(self) -> list[Any]:
        """Return the gradient of the loss on ``images`` for each trainable weight, at its current value."""
        labels = self._prepared.data.train.labels[np.sort(self._order[:_IMAGES])]
        _, gradients, _ = loss_and_gradients(
            self._model, self._loss, tf.convert_to_tensor(self.images), tf.convert_to_tensor(labels)
        )
        return gradients

    def train(self, learning_rate: float) -> ProbeResult:
        """Restore the initial weights and train at a learning rate."""
        for variable, value in zip(self._model.variables, self._initial, strict=True):
            variable.assign(value)
        step = self._compiled_step(learning_rate)
        losses = []
        for number in range(STEPS):
            losses.append(float(step(*self._batch(number))))
            if not math.isfinite(losses[-1]):
                break
        end = float(np.mean(losses[-_STEPS_AVERAGED:]))
        return ProbeResult(learning_rate=learning_rate, start=losses[0], end=end)

    def _compiled_step(self, learning_rate: float) -> Callable[[Any, Any], Any]:
        resolved = self._prepared.resolved
        rate = warmed_up(learning_rate, learning_rate, round(_WARMUP * STEPS))
        optimizer = build_part(resolved.optimizer, rate, resolved.optimizer_options)
        weights = self._model.trainable_variables
        optimizer.build(weights)

        def step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
            loss, gradients, _ = loss_and_gradients(self._model, self._loss, images, labels)
            pairs = zip(gradients, weights, strict=True)
            optimizer.apply_gradients([pair for pair in pairs if pair[0] is not None])
            return loss

        graph: Callable[[Any, Any], Any] = tf.function(step, reduce_retracing=True)
        return graph

    def _batch(self, number: int) -> tuple[tf.Tensor, tf.Tensor]:
        size, data = self._prepared.plan.batch_size, self._prepared.data.train
        positions = np.take(self._order, np.arange(number * size, (number + 1) * size), mode="wrap")
        return tf.convert_to_tensor(data.images[positions]), tf.convert_to_tensor(data.labels[positions])
