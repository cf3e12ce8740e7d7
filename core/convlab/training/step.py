"""The training step, written once: both loops, the doctor and the checks run it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import tensorflow as tf

from convlab.training.augmentation.augmenter import Augmenter
from convlab.training.metrics import MetricSet
from convlab.training.model.fused_batch_norm import fused_batch_norm
from convlab.training.model.preprocessing import with_float_pixels


class TrainingStep:
    """One step: augmentation, forward pass, loss, gradients, update, metrics.

    Args:
        model: maps uint8 images to float32 logits.
        optimizer: updates the model's trainable weights.
        loss: of labels and logits.
        metrics: updated with each batch.
        augmenter: changes the images and labels of each batch, if any augmentation is set.
        fuse_batch_norm: whether batch normalization runs as TensorFlow's fused operation.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: keras.losses.Loss,
        metrics: MetricSet,
        augmenter: Augmenter | None = None,
        *,
        fuse_batch_norm: bool,
    ) -> None:
        self.model = model
        self._trained = with_float_pixels(model) if augmenter and augmenter.changes_dtype else model
        self._augmenter = augmenter
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        # The context is entered while TensorFlow traces the step, and so costs nothing when it runs.
        self._tracing = fused_batch_norm if fuse_batch_norm else nullcontext

    def __call__(self, images: tf.Tensor, labels: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
        """Train on one batch.

        Args:
            images: uint8, shape ``(batch, height, width, channels)``.
            labels: int64, shape ``(batch,)``.
            positions: int32, shape ``(batch,)``, of the images in the training set.

        Returns:
            The batch's mean loss, including regularization.
        """
        weights = self._trained.trainable_variables
        if self._augmenter is not None:
            images, labels = self._augmenter(images, labels, positions)
        with self._tracing():
            loss, gradients, logits = loss_and_gradients(
                self._trained, self.loss, images, labels, scale=self.optimizer.scale_loss
            )
        with _one_replica():
            self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        if len(labels.shape) == 2:  # mixed: metrics rate the prediction of the larger part
            labels = tf.argmax(labels, axis=-1)
        self.metrics.update(labels, logits, loss)
        return loss


class _OneReplica(tf.distribute.ReplicaContext):
    """A process that trains alone, whose sum over all replicas is its own value.

    TensorFlow's default registers a gradient for each sum that is traced, and never removes it. It would keep
    the traced graph of each run in memory, 10 to 30 MB.
    """

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:  # noqa: ARG002
        return value


def _one_replica() -> AbstractContextManager[object]:
    if tf.distribute.has_strategy():
        return nullcontext()
    return _OneReplica(tf.distribute.get_strategy(), replica_id_in_sync_group=0)


def loss_and_gradients(
    model: keras.Model,
    loss: keras.losses.Loss,
    images: Any,
    labels: Any,
    *,
    scale: Callable[[Any], Any] = lambda loss: loss,
) -> tuple[tf.Tensor, list[Any], tf.Tensor]:
    """Run a forward pass in training mode and differentiate the loss.

    Args:
        model: maps images to logits.
        loss: of labels and logits.
        images: shape ``(batch, height, width, channels)``.
        labels: integers, shape ``(batch,)``, or probabilities, shape ``(batch, num_classes)``.
        scale: applied to the loss before it is differentiated, as ``Optimizer.scale_loss``; the optimizer
            divides the gradients by the same factor.

    Returns:
        The unscaled loss, the gradient for each trainable weight (``None`` if the loss does not depend on
        it), and the logits.
    """
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        value = total_loss(model, loss, labels, logits)
        scaled = scale(value)
    return value, tape.gradient(scaled, [weight.value for weight in model.trainable_variables]), logits


def total_loss(model: keras.Model, loss: keras.losses.Loss, labels: Any, logits: Any) -> tf.Tensor:
    """Return the loss plus what the model added: regularization and ``add_loss``, summed as Keras does."""
    value = loss(labels, logits)
    for added in model.losses:
        value += tf.cast(tf.reduce_sum(added), value.dtype)
    return value
