"""What a model makes of its first batch before training, and what one step changes."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from convlab.training.batches import batches
from convlab.training.preparation import Prepared
from convlab.training.step import total_loss


@dataclass(frozen=True, kw_only=True)
class FirstBatch:
    """The first batch of a run, without augmentation and dropout.

    Attributes:
        images: how many it has.
        label: that of its first image.
        logits: of its first image, shape ``(num_classes,)``.
        probabilities: their softmax.
        loss: of the batch, before training.
        gradient_norm: the norm of the gradient of that loss.
        learning_rate: the rate of the first step.
        loss_after: of the batch, after a step of the optimizer.
    """

    images: int
    label: int
    logits: npt.NDArray[np.float32]
    probabilities: npt.NDArray[np.float32]
    loss: float
    gradient_norm: float
    learning_rate: float
    loss_after: float


def examine_first_batch(prepared: Prepared) -> FirstBatch:
    """Try a step on the first batch and undo it: the model and the optimizer stay as they are."""
    plan, model, optimizer = prepared.plan, prepared.model, prepared.optimizer
    order = plan.order(prepared.split.train, epoch=1)[: plan.batch_size]
    images, labels = next(batches(prepared.data.train, order, plan.batch_size))
    variables = [*model.variables, *optimizer.variables]
    before = [variable.numpy() for variable in variables]
    rate = float(optimizer.learning_rate)
    try:
        with tf.GradientTape() as tape:
            logits, loss = _forward(model, prepared.loss, images, labels)
        gradients = tape.gradient(loss, [weight.value for weight in model.trainable_variables])
        norm = float(tf.linalg.global_norm([each for each in gradients if each is not None]))
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        _, loss_after = _forward(model, prepared.loss, images, labels)
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
    return FirstBatch(
        images=len(labels),
        label=int(labels[0]),
        logits=logits.numpy()[0],
        probabilities=tf.nn.softmax(logits[0]).numpy(),
        loss=float(loss),
        gradient_norm=norm,
        learning_rate=rate,
        loss_after=float(loss_after),
    )


def _forward(model: keras.Model, loss: keras.losses.Loss, images: Any, labels: Any) -> tuple[Any, Any]:
    logits = model(images, training=False)
    return logits, total_loss(model, loss, labels, logits)
