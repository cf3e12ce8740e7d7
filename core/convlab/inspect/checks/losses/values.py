"""Whether a loss is one that training can minimize, for integer and for mixed labels."""

import math

import numpy as np

from convlab.errors import PluginError, in_one_line
from convlab.inspect.checks.losses.loss_subject import CLASSES, LABELS, LOGITS, LossSubject, one_hot
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check


@check(
    "Takes labels and logits, and returns one finite number",
    why="every network produces logits, and every step differentiates one number",
    fix="return a keras.losses.Loss from build(class_counts, options) whose call(labels, logits) returns one "
    "value per image, and keep the default reduction",
)
def takes_labels_and_logits(subject: LossSubject) -> None:
    """Compute the loss of ordinary and of extreme logits."""
    for scale in (1, 1000):
        value = subject.value(LABELS, scale * LOGITS)
        if not math.isfinite(value):
            raise CheckFailedError(
                f"for logits of up to {scale * np.abs(LOGITS).max():.0f} the loss is {value}",
                fix="compute with keras.ops.log_softmax(logits), not with the logarithm of a softmax",
            )


@check(
    "Takes labels that are probabilities",
    why="augmentations that mix images, such as mixup, mix their labels too",
    fix="if labels have as many dimensions as logits, they are probabilities (batch, num_classes); otherwise "
    "integers, for which keras.ops.one_hot gives the same",
    needs=("takes_labels_and_logits",),
)
def takes_mixed_labels(subject: LossSubject) -> None:
    """Compare integer labels with the same labels as probabilities."""
    from convlab.training.losses import check_loss

    try:
        check_loss(subject.build(), CLASSES, str(subject), mixed_labels=True)
    except PluginError as error:
        raise CheckFailedError(str(error)) from error
    integers, probabilities = subject.value(), subject.value(one_hot())
    if not math.isclose(integers, probabilities, rel_tol=1e-4, abs_tol=1e-6):
        raise CheckFailedError(
            f"the loss is {integers:.6g} for integer labels and {probabilities:.6g} for the same labels as "
            "probabilities"
        )


@check(
    "Is the mean over the images of a batch",
    why="the learning rate must not depend on the batch size, and reports weight each batch by its images",
    fix="return one value per image from call(), and keep the default reduction",
    needs=("takes_labels_and_logits",),
)
def averages_over_images(subject: LossSubject) -> None:
    """Compare a batch with the same images twice."""
    once, twice = subject.value(), subject.value(np.tile(LABELS, 2), np.tile(LOGITS, (2, 1)))
    if not math.isclose(once, twice, rel_tol=1e-4, abs_tol=1e-6):
        raise CheckFailedError(f"the loss is {once:.6g}, and {twice:.6g} if each image is repeated")


@check(
    "Falls along its gradient, and is lower for right predictions than for wrong ones",
    why="training follows the gradient",
    fix="compute with keras.ops, which TensorFlow can differentiate, and return a lower value for better "
    "predictions",
    needs=("takes_labels_and_logits",),
)
def can_be_minimized(subject: LossSubject) -> None:
    """Follow the gradient in the logits for some steps, in a graph."""
    import tensorflow as tf

    loss = subject.build()

    @tf.function
    def descend(logits: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = loss(LABELS, logits)
        gradient = tape.gradient(value, logits)
        if gradient is None:
            raise CheckFailedError("the loss has no gradient with respect to the logits")
        return logits - float(len(LABELS)) * gradient

    logits = tf.convert_to_tensor(LOGITS)
    try:
        for _ in range(50):
            logits = descend(logits)
    except CheckFailedError:
        raise
    except Exception as error:
        raise CheckFailedError(in_one_line(error)) from error
    before, after = subject.value(), subject.value(LABELS, logits.numpy())
    if not after < before:
        raise CheckFailedError(f"50 steps along the gradient take the loss from {before:.4g} to {after:.4g}")
    right, wrong = (subject.value(labels, 10 * one_hot()) for labels in (LABELS, (LABELS + 1) % CLASSES))
    if not right < wrong:
        raise CheckFailedError(
            f"the loss is {right:.4g} for right predictions and {wrong:.4g} for wrong ones"
        )
