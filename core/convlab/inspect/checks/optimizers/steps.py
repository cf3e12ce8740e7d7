"""Whether an optimizer goes downhill, and as fast as it is told to."""

import math

import numpy as np

from convlab.errors import in_one_line
from convlab.inspect.checks.optimizers.subject import Descent, OptimizerSubject, same
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

_STEPS = 200


@check(
    "It builds a Keras optimizer",
    why="the loops call its apply_gradients, and a checkpoint keeps its variables",
    fix="return a keras.optimizers.Optimizer from build(learning_rate, options)",
)
def builds_an_optimizer(subject: OptimizerSubject) -> None:
    """Build it with its default rate."""
    import keras

    try:
        optimizer = subject.build()
    except (Exception, SystemExit) as error:
        raise CheckFailedError(in_one_line(error)) from error
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise CheckFailedError(f"it builds {type(optimizer).__name__}")


@check(
    "It reduces a convex loss",
    why="what cannot go down in a bowl will not train a network",
    fix="subtract the step from the weight, and choose a default learning_rate that neither diverges nor "
    "stands still",
    needs=("builds_an_optimizer",),
)
def reduces_a_convex_loss(subject: OptimizerSubject) -> None:
    """Take 200 steps in a quadratic bowl at the default rate."""
    descent = Descent(subject.build())
    before = descent.loss
    descent.go(_STEPS)
    after = descent.loss
    if not (math.isfinite(after) and after < 0.999 * before):
        raise CheckFailedError(
            f"in {_STEPS} steps at rate {subject.part.learning_rate:g} the loss goes from {before:.4g} to "
            f"{after:.4g}"
        )


@check(
    "A larger learning rate makes a larger step",
    why="--learning-rate, schedules and warm-up do nothing where the rate is not used",
    fix="pass the learning_rate that build is given to the optimizer, and scale the step by it",
    needs=("builds_an_optimizer",),
)
def uses_the_learning_rate(subject: OptimizerSubject) -> None:
    """Compare the first steps at the default rate and at a tenth of it."""
    rate = float(subject.part.learning_rate)
    whole, tenth = (float(np.linalg.norm(subject.first_step(one))) for one in (rate, rate / 10))
    if not whole > 2 * tenth:
        raise CheckFailedError(
            f"the first step is {tenth:.3g} long at rate {rate / 10:g}, {whole:.3g} at {rate:g}"
        )


@check(
    "It takes a schedule for its learning rate",
    why="a run gives it one unless the schedule is constant and there is no warm-up",
    fix="pass learning_rate on as it is: float(learning_rate) and arithmetic on it fail for a "
    "LearningRateSchedule",
    needs=("uses_the_learning_rate",),
)
def takes_a_schedule(subject: OptimizerSubject) -> None:
    """Compare a rate with a schedule that keeps it, and with one that falls after five steps."""
    import keras

    rate = float(subject.part.learning_rate)
    piecewise = keras.optimizers.schedules.PiecewiseConstantDecay
    ends = {}
    for name, given in (
        ("rate", rate),
        ("constant", piecewise([5], [rate, rate])),
        ("falling", piecewise([5], [rate, rate / 10])),
    ):
        try:
            descent = Descent(subject.build(given))
            descent.go(12)
        except Exception as error:
            raise CheckFailedError(f"given a schedule: {in_one_line(error)}") from error
        ends[name] = descent.position
    if not same(ends["rate"], ends["constant"]):
        raise CheckFailedError("a schedule that keeps one rate ends elsewhere than the rate itself")
    if np.array_equal(ends["constant"], ends["falling"]):
        raise CheckFailedError("a schedule that falls to a tenth ends where one that stays does")


@check(
    "Each weight has a state of its own",
    why="a momentum that weights share pushes each in the direction of the others",
    fix="make the slots in build(variables), one for each with add_variable_from_reference, and look them up "
    "by self._get_variable_index(variable)",
    needs=("builds_an_optimizer",),
)
def keeps_weights_apart(subject: OptimizerSubject) -> None:
    """Move one weight; another, of zeros and without a gradient, must stay where it is."""
    import keras

    optimizer = subject.build()
    moved, still = keras.Variable(np.ones(3, np.float32)), keras.Variable(np.zeros(3, np.float32))
    optimizer.build([moved, still])
    for _ in range(3):
        optimizer.apply_gradients([(np.ones(3, np.float32), moved), (np.zeros(3, np.float32), still)])
    if np.any(still.numpy()):
        raise CheckFailedError(f"a weight without a gradient moved to {still.numpy().round(6).tolist()}")
