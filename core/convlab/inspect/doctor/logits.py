"""Finds outputs that are not logits, which is what the loss expects."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from convlab.inspect.doctor.finding import Finding, ok, problem

_TOPIC = "logits"


def examine_outputs(outputs: npt.NDArray[np.float32]) -> Iterator[Finding]:
    """Distinguish logits from probabilities and from the outputs of other activations.

    Args:
        outputs: the outputs of an untrained network for real images, ``(n, num_classes)``.
    """
    if not np.isfinite(outputs).all():
        yield problem(
            _TOPIC,
            "the outputs of the untrained network are not all finite",
            "look for a division by zero or the logarithm of zero in the architecture",
        )
    elif not outputs.any():
        yield ok(_TOPIC, "all outputs of the untrained network are zero")
    elif outputs.min() < 0:
        yield ok(_TOPIC, f"the network returns logits, from {outputs.min():.2g} to {outputs.max():.2g}")
    elif np.allclose(outputs.sum(axis=1), 1, atol=0.02):  # the rounding error of bfloat16
        yield problem(
            _TOPIC,
            "the network ends in a softmax, and the loss applies another one, so that it learns slowly and "
            "badly",
            "end the architecture in Dense(num_classes) without an activation",
        )
    else:
        activation = "a sigmoid" if outputs.max() <= 1 and outputs.min() > 0 else "an activation such as ReLU"
        yield problem(
            _TOPIC,
            f"the network ends in {activation}, not in logits: none of its outputs is negative",
            "end the architecture in Dense(num_classes) without an activation",
        )
