"""Outputs that are no logits, though the loss takes them for such."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from convlab.inspect.doctor.finding import Finding, ok, problem

_TOPIC = "logits"


def examine_outputs(outputs: npt.NDArray[np.float32]) -> Iterator[Finding]:
    """Tell probabilities and cut-off values from logits.

    Args:
        outputs: of an untrained network on real images, ``(n, num_classes)``.
    """
    if not np.isfinite(outputs).all():
        yield problem(
            _TOPIC,
            "the untrained network's outputs are not all finite",
            "look for a division or logarithm of zero in the architecture",
        )
    elif not outputs.any():
        yield ok(_TOPIC, "the network ends in zeros before it has learnt")
    elif outputs.min() < 0:
        yield ok(_TOPIC, f"the network ends in logits, from {outputs.min():.2g} to {outputs.max():.2g}")
    elif np.allclose(outputs.sum(axis=1), 1, atol=0.02):  # as far off as bfloat16 can be
        yield problem(
            _TOPIC,
            "the network ends in a softmax, and the loss takes the softmax of it once more, so that it "
            "learns slowly and never well",
            "end the architecture in Dense(num_classes) without an activation",
        )
    else:
        activation = "a sigmoid" if outputs.max() <= 1 and outputs.min() > 0 else "an activation such as ReLU"
        yield problem(
            _TOPIC,
            f"no output of the network is below zero: it ends in {activation}, not in logits",
            "end the architecture in Dense(num_classes) without an activation",
        )
