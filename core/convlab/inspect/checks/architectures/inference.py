"""Whether, in inference, the logits depend on the image alone."""

import numpy as np
import numpy.typing as npt

from convlab.inspect.checks.architectures.architecture_subject import ArchitectureSubject, noise
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check
from convlab.text.formatting import listed

# Relative to the largest logit: well above the float32 error of sums in a different order.
_TOLERANCE = 1e-3


@check(
    "In inference, the logits of an image do not depend on the rest of its batch",
    why="a prediction would change with the images that happen to be evaluated with it",
    fix="do not compute statistics over the batch axis in inference: BatchNormalization uses its moving "
    "averages if it is called with training=None; in a reshape, write -1 for the batch size",
    needs=("finite_output",),
)
def batch_independent(subject: ArchitectureSubject) -> None:
    """Compare images evaluated alone, in reverse order and together with other images."""
    images = noise(6, subject.shape)
    together = np.asarray(subject.model(images, training=False))
    batches = {
        "evaluated alone": np.concatenate(
            [np.asarray(subject.model(images[i : i + 1], training=False)) for i in range(len(images))]
        ),
        "evaluated in reverse order": np.asarray(subject.model(images[::-1], training=False))[::-1],
        "evaluated with other images": np.asarray(
            subject.model(np.concatenate([images, 10 * noise(3, subject.shape, seed=1)]), training=False)
        )[: len(images)],
    }
    for how, logits in batches.items():
        if logits.shape != together.shape:
            raise CheckFailedError(f"{how}, the images have outputs of shape {logits.shape}")
        if differ(logits, together):
            raise CheckFailedError(
                f"{how}, an image has different logits, by up to {gap(logits, together):.2g}"
            )


@check(
    "In inference, the same image always has the same logits",
    why="an evaluation could not be repeated, and a saved model would not predict what the trained one does",
    fix="keep no state between calls, neither in Python nor in variables, and use dropout and noise layers "
    "that are off in inference: Keras passes them training=False",
    needs=("finite_output",),
)
def inference_is_deterministic(subject: ArchitectureSubject) -> None:
    """Call the network three times, with different images in between."""
    images = noise(4, subject.shape)
    first = np.asarray(subject.model(images, training=False))
    for _ in range(2):
        subject.model(noise(4, subject.shape, seed=1), training=False)
        again = np.asarray(subject.model(images, training=False))
        if differ(again, first):
            raise CheckFailedError(f"a later call returns different logits, by up to {gap(again, first):.2g}")


@check(
    "Inference changes no variable",
    why="evaluating the validation set would change the model being trained",
    fix="update moving averages and counters only if training is true",
    needs=("finite_output",),
)
def inference_changes_nothing(subject: ArchitectureSubject) -> None:
    """Compare all variables before and after, except random states, which a run sets in each epoch."""
    from convlab.training.model.seed_state import is_seed_state

    with subject.modifiable_model() as model:
        before = [variable.numpy() for variable in model.variables]
        model(noise(4, subject.shape), training=False)
        changed = [
            variable.path
            for variable, value in zip(model.variables, before, strict=True)
            if not is_seed_state(variable) and not np.array_equal(variable.numpy(), value)
        ]
    if changed:
        raise CheckFailedError(f"inference changes {listed(changed)}")


def gap(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> float:
    """Return the largest difference between two arrays of logits."""
    return float(np.abs(first - second).max())


def differ(logits: npt.NDArray[np.float32], reference: npt.NDArray[np.float32]) -> bool:
    """Return whether the logits differ by more than rounding; NaN counts as a difference."""
    return not gap(logits, reference) <= _TOLERANCE * float(np.abs(reference).max()) + 1e-6
