"""Whether a seed decides the initial weights."""

import numpy as np

from convlab.inspect.checks.architectures.subject import ArchitectureSubject
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check


@check(
    "The same seed gives the same initial weights",
    why="a run could not be repeated: convlab seeds Python, NumPy's global generator and TensorFlow",
    fix="initialize with keras.initializers, or draw from np.random.* itself; np.random.default_rng() "
    "without a seed and os.urandom differ each time",
    needs=("finite_output",),
)
def same_seed_same_weights(subject: ArchitectureSubject) -> None:
    """Build twice and compare each weight."""
    other = subject.build(subject.shape)
    pairs = list(zip(subject.model.weights, other.weights, strict=False))
    if len(subject.model.weights) != len(other.weights):
        raise CheckFailedError(
            f"one build has {len(subject.model.weights)} weights and the next {len(other.weights)}"
        )
    different = [
        one.path for one, another in pairs if not np.array_equal(one.numpy(), another.numpy(), equal_nan=True)
    ]
    if different:
        raise CheckFailedError(f"two builds from seed 0 differ in {', '.join(different[:3])}")
