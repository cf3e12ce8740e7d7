"""What goes wrong in training, in one sentence with what to do."""

import tensorflow as tf

from convlab.errors import DivergedError, TrainingError
from convlab.training.preparation import Prepared
from convlab.training.progress import Progress


def diverged(
    what: str, prepared: Prepared, progress: Progress, checkpoint: tuple[int, int] | None
) -> DivergedError:
    """Return the error for a run whose loss or weights are no longer finite.

    Args:
        what: what is not finite, such as ``the loss became nan``.
        prepared: the experiment.
        progress: where it was noticed.
        checkpoint: epoch and step of the last checkpoint, if there is one.
    """
    resolved = prepared.resolved
    steps = prepared.plan.steps(progress.epoch)
    good = (
        f"; the last good checkpoint is at epoch {checkpoint[0]}, step {checkpoint[1]}" if checkpoint else ""
    )
    return DivergedError(
        f"{what} in epoch {progress.epoch}, step {progress.step} of {steps}; lower `train.learning_rate` "
        f"(now {resolved.learning_rate:g}), or look for a division by zero or a logarithm of zero in "
        f"{resolved.architecture}{good}"
    )


def operation_error(error: tf.errors.OpError, prepared: Prepared, *, xla: bool) -> TrainingError:
    """Return the error for an operation that failed in the step."""
    if isinstance(error, tf.errors.ResourceExhaustedError):
        return TrainingError(
            f"out of memory on the device; lower `train.batch_size` (now {prepared.plan.batch_size})"
        )
    hint = "; if XLA is the cause, set `train.compile` to off" if xla else ""
    return TrainingError(f"{prepared.resolved.architecture} cannot be trained: {first_line(error)}{hint}")


def first_line(error: tf.errors.OpError) -> str:
    """Return the reason for a failed operation, without where it was traced."""
    return str(error.message).strip().splitlines()[0]
