"""Whether a network computes in bfloat16 too."""

from typing import Any

import numpy as np

from convlab.inspect.checks.architectures.subject import ArchitectureSubject, noise
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check


@check(
    "It works in mixed_bfloat16",
    why="--precision mixed_bfloat16, and auto on processors that have it, train every network so",
    fix="cast constants to the dtype of what they meet (keras.ops.cast(x, y.dtype)), and build layers "
    "without a dtype of their own",
    needs=("finite_output",),
)
def works_in_mixed_bfloat16(subject: ArchitectureSubject) -> None:
    """Build under the policy, and look at the logits and the gradients of one batch."""
    import keras
    import tensorflow as tf

    model = subject.build(subject.shape, bfloat16=True)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        logits = keras.ops.cast(model(noise(8, subject.shape), training=True), "float32")
        value = loss(np.arange(8), logits)
    gradients = tape.gradient(value, model.trainable_variables)
    _require_finite("the logits", [logits])
    _require_finite("the gradients", [gradient for gradient in gradients if gradient is not None])
    for weight in model.trainable_variables:
        if weight.dtype != "float32":
            raise CheckFailedError(f"{weight.path} is kept in {weight.dtype}, which loses small updates")


def _require_finite(what: str, tensors: list[Any]) -> None:
    import keras

    for tensor in tensors:
        if not np.isfinite(np.asarray(keras.ops.cast(keras.ops.convert_to_tensor(tensor), "float32"))).all():
            raise CheckFailedError(f"{what} are not finite in bfloat16")
