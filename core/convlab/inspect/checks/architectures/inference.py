"""Whether inference is a function of the image alone."""

import numpy as np
import numpy.typing as npt

from convlab.inspect.checks.architectures.subject import ArchitectureSubject, noise
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check

# Of the largest logit: what sums in another order make in float32, with room to spare.
_TOLERANCE = 1e-3


@check(
    "In inference an image's logits do not depend on the rest of its batch",
    why="a prediction would change with the images that happen to be evaluated beside it",
    fix="take no statistics over the batch axis in inference: BatchNormalization keeps running ones if it is "
    "given training=None; reshape with -1 for the batch, never with its size",
    needs=("finite_output",),
)
def batch_independent(subject: ArchitectureSubject) -> None:
    """Compare images alone, in another order and among others."""
    images = noise(6, subject.shape)
    together = np.asarray(subject.model(images, training=False))
    batches = {
        "alone": np.concatenate(
            [np.asarray(subject.model(images[i : i + 1], training=False)) for i in range(len(images))]
        ),
        "in another order": np.asarray(subject.model(images[::-1], training=False))[::-1],
        "beside other images": np.asarray(
            subject.model(np.concatenate([images, 10 * noise(3, subject.shape, seed=1)]), training=False)
        )[: len(images)],
    }
    for how, logits in batches.items():
        if logits.shape != together.shape:
            raise CheckFailedError(f"{how}, the images give outputs of shape {logits.shape}")
        if _differ(logits, together):
            raise CheckFailedError(
                f"{how}, an image gives other logits, by up to {_gap(logits, together):.2g}"
            )


@check(
    "In inference the same image gives the same logits every time",
    why="an evaluation could not be repeated, and a saved model would answer otherwise than the trained one",
    fix="keep no state between calls in Python or in variables, and leave dropout and noise to layers that "
    "see training=None, which Keras passes on",
    needs=("finite_output",),
)
def inference_repeats(subject: ArchitectureSubject) -> None:
    """Call the network three times, with other images between."""
    images = noise(4, subject.shape)
    first = np.asarray(subject.model(images, training=False))
    for _ in range(2):
        subject.model(noise(4, subject.shape, seed=1), training=False)
        again = np.asarray(subject.model(images, training=False))
        if _differ(again, first):
            raise CheckFailedError(f"a later call gives other logits, by up to {_gap(again, first):.2g}")


@check(
    "Inference changes no variable",
    why="looking at the validation images would then change the model that is trained",
    fix="update running statistics and counters only where training is true",
    needs=("finite_output",),
)
def inference_changes_nothing(subject: ArchitectureSubject) -> None:
    """Compare all variables before and after."""
    with subject.trainable() as model:
        before = [variable.numpy() for variable in model.variables]
        model(noise(4, subject.shape), training=False)
        changed = [
            variable.path
            for variable, value in zip(model.variables, before, strict=True)
            if not np.array_equal(variable.numpy(), value)
        ]
    if changed:
        raise CheckFailedError(f"inference changes {', '.join(changed[:3])}")


@check(
    "Training mode differs from inference only by layers that say so",
    why="what differs without running statistics or random state of its own cannot be repeated from a seed",
    fix="make random layers draw from a keras.random.SeedGenerator, which is saved and seeded, and drop what "
    "else depends on training",
    needs=("inference_repeats", "inference_changes_nothing"),
)
def training_differs_by_state_alone(subject: ArchitectureSubject) -> None:
    """A network without non-trainable variables must give the same logits in both modes."""
    if len(subject.model.variables) > len(subject.model.trainable_variables):
        raise NotApplicableError("it has layers with running statistics or random state, which may differ")
    images = noise(4, subject.shape)
    inference = np.asarray(subject.model(images, training=False))
    with subject.trainable() as model:
        training = np.asarray(model(images, training=True))
    if _differ(training, inference):
        raise CheckFailedError(
            f"the logits differ by up to {_gap(training, inference):.2g}, though no layer keeps statistics "
            "or random state"
        )


def _gap(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    return float(np.abs(one - other).max())


def _differ(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> bool:
    return not _gap(one, other) <= _TOLERANCE * float(np.abs(other).max()) + 1e-6
