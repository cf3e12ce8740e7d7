"""What goes wrong in training, in one sentence with what to do."""

import tensorflow as tf

from convlab.errors import DivergedError, TrainingError
from convlab.training.preparation import Prepared
from convlab.training.progress import Progress


def diverged(
    what: str, prepared: Prepared, progress: Progress, kept: tuple[int, int] | None
) -> DivergedError:
    """Return the error of a run whose loss or weights are no longer numbers.

    Args:
        what: is no number.
        prepared: the experiment.
        progress: where it was noticed.
        kept: epoch and step of the last checkpoint, if there is one.
    """
    resolved = prepared.resolved
    steps = prepared.plan.steps(progress.epoch)
    good = f"; the last good checkpoint is of epoch {kept[0]}, step {kept[1]}" if kept else ""
    return DivergedError(
        f"{what} in epoch {progress.epoch}, at step {progress.step} of {steps}: lower the learning rate "
        f"(--learning-rate, now {resolved.learning_rate:g}), or look for a division or logarithm of zero in "
        f"{resolved.architecture}{good}"
    )


def explained(error: tf.errors.OpError, prepared: Prepared, *, xla: bool) -> TrainingError:
    """Return what an operation that failed means."""
    if isinstance(error, tf.errors.ResourceExhaustedError):
        return TrainingError(
            f"the device ran out of memory: lower --batch-size, now {prepared.plan.batch_size}"
        )
    hint = "; without XLA it may work: -s train.compile=off" if xla else ""
    return TrainingError(f"{prepared.resolved.architecture} cannot be trained ({first_line(error)}){hint}")


def first_line(error: tf.errors.OpError) -> str:
    """Return what an operation says of its failure, without where it was traced."""
    return str(error.message).strip().splitlines()[0]
