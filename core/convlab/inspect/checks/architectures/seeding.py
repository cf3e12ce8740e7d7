"""Whether everything random comes from the seed of the run."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from convlab.inspect.checks.architectures.architecture_subject import ArchitectureSubject, Array, noise
from convlab.inspect.checks.architectures.inference import differ, gap
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check
from convlab.text.formatting import listed

if TYPE_CHECKING:
    import keras


@check(
    "The same seed gives the same initial weights",
    why="otherwise a run cannot be repeated: convlab seeds Python, NumPy's global generator and TensorFlow",
    fix="use keras.initializers, or draw from np.random.*; np.random.default_rng() without a seed and "
    "os.urandom differ each time",
    needs=("finite_output",),
)
def same_seed_same_weights(subject: ArchitectureSubject) -> None:
    """Build twice and compare each weight."""
    first, second = subject.model.weights, subject.build(subject.shape).weights
    if len(first) != len(second):
        raise CheckFailedError(f"the first build has {len(first)} weights, the second {len(second)}")
    different = [
        one.path
        for one, other in zip(first, second, strict=True)
        if not np.array_equal(one.numpy(), other.numpy(), equal_nan=True)
    ]
    if different:
        raise CheckFailedError(f"two builds from seed 0 differ in {listed(different)}")


@check(
    "Another seed gives other initial weights",
    why="runs with different seeds measure how much a result varies; with the same weights they do not",
    fix="do not pass a seed to initializers of trainable weights, and do not call functions that set a seed",
    needs=("same_seed_same_weights",),
)
def other_seed_other_weights(subject: ArchitectureSubject) -> None:
    """Build from another seed, and look for random trainable weights that are the same."""
    other = subject.build(subject.shape, seed=1)
    pairs = zip(subject.model.trainable_variables, other.trainable_variables, strict=True)
    same, changed = [], False
    for one, another in pairs:
        value = one.numpy()
        if value.size > 1 and value.min() < value.max():  # not filled with a constant
            if np.array_equal(value, another.numpy()):
                same.append(one.path)
            else:
                changed = True
    if changed:  # weights that were trained before are the same, too: only fixed seeds are mistakes
        same = [path for path in same if path in set(_weights_with_a_fixed_seed(subject.model))]
    if same:
        raise CheckFailedError(f"seeds 0 and 1 give the same {listed(same)}")


@check(
    "Training mode repeats from the same state",
    why="randomness that is not drawn from a saved random state cannot be repeated from a seed",
    fix="draw random numbers from a keras.random.SeedGenerator, which is seeded and saved, and keep no other "
    "state between calls",
    needs=("finite_output",),
)
def training_repeats_from_its_state(subject: ArchitectureSubject) -> None:
    """Compare two forward passes in training mode that start with the same variables."""
    first, second = _training_logits(subject), _training_logits(subject)
    if differ(second, first):
        raise CheckFailedError(
            f"with the same variables, the logits of the same images differ by up to {gap(second, first):.2g}"
        )


def _training_logits(subject: ArchitectureSubject) -> Array:
    with subject.modifiable_model() as model:
        return np.asarray(model(noise(4, subject.shape), training=True))


def _weights_with_a_fixed_seed(model: "keras.Model") -> Iterator[str]:
    import keras

    for layer in model._flatten_layers(include_self=False):
        initializers = [
            value for value in vars(layer).values() if isinstance(value, keras.initializers.Initializer)
        ]
        if any(isinstance(each.get_config().get("seed"), int) for each in initializers):
            yield from (weight.path for weight in layer.trainable_variables)
