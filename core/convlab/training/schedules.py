"""The learning rate of a run: a warm-up, then the experiment's schedule."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from convlab.errors import PluginError, in_one_line
from convlab.host import ProvidedPart
from convlab.host.provider import build_part
from convlab.parts import Schedule
from convlab.training.progress import EpochRecord
from convlab.training.warm_up import WarmUp


def scheduled_rate(
    schedule: ProvidedPart[Schedule], options: Any, learning_rate: float, *, steps: int, warmup: float
) -> Any:
    """Return the learning rate of an optimizer: a number or a schedule, after a warm-up.

    Args:
        schedule: the schedule after the warm-up.
        options: an instance of its options class; ``None`` if it has none.
        learning_rate: the rate, or its peak.
        steps: steps of the whole run.
        warmup: the fraction of steps in which the rate rises linearly from zero to the schedule's first.

    Raises:
        ConvlabError: the schedule refuses its options.
        PluginError: it fails, or does not return a rate.
    """
    # At least one step: a short run then has the same optimizer state as a longer one that resumes it.
    warmup_steps = max(1, round(warmup * steps)) if warmup else 0
    rate = build_part(schedule, learning_rate, max(steps - warmup_steps, 1), options)
    first = check_rate(rate, str(schedule))
    return warmed_up(rate, first, warmup_steps) if warmup else rate


def warmed_up(rate: Any, first: float, steps: int) -> WarmUp:
    """Return a rate or schedule after a linear warm-up from zero to its first rate."""
    return WarmUp(rate, peak=first, steps=steps)


def check_rate(rate: Any, owner: str) -> float:
    """Return the first learning rate of what a schedule returned.

    Args:
        rate: what the schedule returned.
        owner: the schedule, for messages.

    Raises:
        PluginError: it is neither a number nor a Keras schedule, or its first rate is not a finite number.
    """
    constant = isinstance(rate, int | float) and not isinstance(rate, bool)
    if not constant and not isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        raise PluginError(f"{owner} must build a number or a LearningRateSchedule, got {type(rate).__name__}")
    try:
        first = float(rate if constant else rate(0))
    except Exception as error:
        raise PluginError(f"{owner} failed at step 0: {in_one_line(error)}") from error
    if not 0 <= first < math.inf:
        raise PluginError(f"{owner} starts with the learning rate {first:g}; return finite rates, 0 or more")
    return first


def begin_epoch(rate: Any, records: Sequence[EpochRecord]) -> None:
    """Give a schedule that depends on the results so far the records of the completed epochs."""
    begin = getattr(rate, "begin_epoch", None)
    if begin is not None:
        begin(records)
