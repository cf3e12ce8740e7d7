"""What goes wrong in training, in one sentence that names the part and what to do."""

import inspect
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from convlab.errors import DivergedError, TrainingError, in_one_line, message_of
from convlab.host import ProvidedPart
from convlab.training.preparation import Prepared
from convlab.training.progress import Progress

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')  # as AutoGraph and graph errors print frames


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
    good = "; the last good checkpoint is at epoch {}, step {}".format(*checkpoint) if checkpoint else ""
    return DivergedError(
        f"{what} in epoch {progress.epoch}, step {progress.step} of {steps}; lower `train.learning_rate` "
        f"(now {resolved.learning_rate:g}), or look for a division by zero or a logarithm of zero in "
        f"{resolved.architecture}{good}"
    )


def step_failed(error: Exception, prepared: Prepared, *, xla: bool) -> TrainingError:
    """Return the error for a step that could not be traced, compiled or run.

    Args:
        error: what TensorFlow, Keras or a part raised.
        prepared: the experiment.
        xla: whether XLA compiled, or was to compile, the step.
    """
    if isinstance(_cause(error), tf.errors.ResourceExhaustedError | MemoryError):
        return TrainingError(
            f"out of memory ({reason(error)}); lower `train.batch_size` (now {prepared.plan.batch_size})"
        )
    hint = "; if XLA is the cause, set `train.compile` to off" if xla else ""
    found = authors_code(error, prepared.resolved.parts())
    if found is None:
        return TrainingError(f"{prepared.resolved.architecture} cannot be trained: {reason(error)}{hint}")
    part, file, line = found
    return TrainingError(f"{part} failed in {file}, line {line}: {reason(error)}{hint}")


def reason(error: BaseException) -> str:
    """Return the type and the message of the innermost cause of an error."""
    cause = _cause(error)
    if isinstance(cause, tf.errors.OpError):
        return f"{type(cause).__name__}: {_said_by_operation(str(cause.message))}"
    return in_one_line(cause)


def _cause(error: BaseException) -> BaseException:
    """Return the error that was raised, before Keras and AutoGraph made new ones with longer messages of it.

    They pass on the message alone: not the other arguments of an ``OSError``, for example.
    """
    while error.__context__ is not None and (
        hasattr(error, "_keras_call_info_injected") or "in user code:" in message_of(error)
    ):
        error = error.__context__
    return error


def _said_by_operation(text: str) -> str:
    """Return what an operation says of its failure, without the places where it was created."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    nodes = [place for place, line in enumerate(lines) if line.startswith(("Node:", "Detected at node"))]
    lines = lines[nodes[-1] + 1 :] if nodes else lines
    said = [line for line in lines if not line.startswith(("File ", "[[{{node", "Graph execution error"))]
    return said[0] if said else "no message"


def authors_code(
    error: BaseException, parts: tuple[ProvidedPart[Any], ...]
) -> tuple[ProvidedPart[Any], str, int] | None:
    """Return the part whose code is innermost in the error's traceback, and where."""
    for file, line in reversed(list(_frames(error))):
        for part in parts:
            home = _home(part)
            if home is not None and (Path(file) == home or home in Path(file).parents):
                return part, file, line
    return None


def _frames(error: BaseException) -> Iterator[tuple[str, int]]:
    for raised in (error.__cause__, error):
        if raised is not None:
            for frame in traceback.extract_tb(raised.__traceback__):
                yield frame.filename, frame.lineno or 0
    for file, line in _FRAME.findall(str(error)):
        yield file, int(line)


def _home(part: ProvidedPart[Any]) -> Path | None:
    """Return the file that a part's factory is in, or the folder of its package."""
    try:
        file = inspect.getsourcefile(inspect.unwrap(getattr(part.part, part.part.factory)))
    except TypeError:  # a callable object, or a built-in
        return None
    if file is None:
        return None
    module = Path(file)
    while (module.parent / "__init__.py").exists():
        module = module.parent
    return module
