"""Whether a schedule gives usable learning rates, also in a graph and after a run was resumed."""

import math

import numpy as np

from convlab.errors import in_one_line
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.schedules.schedule_subject import PEAK, RECORDS, ScheduleSubject, rates

_STEPS = (1, 2, 100)


@check(
    "Gives a finite rate in every step",
    why="a negative rate climbs, and one that is not finite destroys the weights",
    fix="return a number or a keras.optimizers.schedules.LearningRateSchedule from build(learning_rate, "
    "steps, options), and test it with steps = 1",
)
def gives_finite_rates(subject: ScheduleSubject) -> None:
    """Try every step of runs of 1, 2 and 100 steps, and one step more."""
    for steps in _STEPS:
        for step, value in enumerate(rates(subject.build(steps), range(steps + 1))):
            if not (math.isfinite(value) and value >= 0):
                raise CheckFailedError(f"of {steps} steps, step {step} has the learning rate {value:g}")


@check(
    "The highest rate is the given learning rate",
    why="`train.learning_rate` is the peak of the schedule, by which users and the doctor choose it",
    fix="scale the schedule so that its largest value is learning_rate",
    needs=("gives_finite_rates",),
)
def peaks_at_the_learning_rate(subject: ScheduleSubject) -> None:
    """Compare the largest rate of 100 steps with the learning rate."""
    peak = max(rates(subject.build(100), range(100)))
    if not 0.9 * PEAK <= peak <= 1.001 * PEAK:
        raise CheckFailedError(f"given the learning rate {PEAK}, the highest rate of 100 steps is {peak:.4g}")


@check(
    "Works in a graph",
    why="the training loop runs many steps in one tf.function call",
    fix="compute with keras.ops on the step, which is a tensor, instead of Python's math, if and max",
    needs=("gives_finite_rates",),
)
def works_in_a_graph(subject: ScheduleSubject) -> None:
    """Compare the rates in a ``tf.function`` with those in eager mode."""
    import tensorflow as tf

    rate = subject.build(100)
    if not callable(rate):
        return
    steps = [0, 1, 49, 50, 99]
    try:
        graph = tf.function(rate, input_signature=[tf.TensorSpec((), tf.int32)])
        found = [float(graph(step)) for step in steps]
    except Exception as error:
        raise CheckFailedError(in_one_line(error)) from error
    for step, in_graph, eager in zip(steps, found, rates(rate, steps), strict=True):
        if not math.isclose(in_graph, eager, rel_tol=1e-4, abs_tol=1e-9):
            raise CheckFailedError(
                f"step {step} has the rate {in_graph:g} in a graph and {eager:g} in eager mode"
            )


@check(
    "Follows from the records of the epochs alone",
    why="a run that resumes calls begin_epoch once with all records, and must continue with the same rate",
    fix="compute everything in begin_epoch(records) from the records, starting over in each call",
    needs=("gives_finite_rates",),
)
def resumes(subject: ScheduleSubject) -> None:
    """Compare a schedule that saw each epoch with one that sees all records together."""
    through, resumed = subject.build(100), subject.build(100)
    if not hasattr(through, "begin_epoch"):
        raise NotApplicableError("it does not depend on the results of the epochs")
    for count in range(len(RECORDS) + 1):
        through.begin_epoch(RECORDS[:count])
    resumed.begin_epoch(RECORDS)
    uninterrupted, after = (np.array(rates(rate, range(100))) for rate in (through, resumed))
    if not np.array_equal(uninterrupted, after):
        step = int(np.argmax(uninterrupted != after))
        raise CheckFailedError(
            f"step {step} has the rate {uninterrupted[step]:g} in an uninterrupted run, {after[step]:g} in a "
            "resumed one"
        )
