"""Whether an optimizer reduces a loss, also in a graph, with a schedule and after it was restored."""

import math

import numpy as np

from convlab.errors import in_one_line
from convlab.inspect.checks.configs import require_complete_configs
from convlab.inspect.checks.optimizers.optimizer_subject import Descent, OptimizerSubject, same
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

_STEPS_DOWNHILL = 100
_STEPS = 5


@check(
    "Builds a Keras optimizer",
    why="the training loops call its apply_gradients, and checkpoints save its variables",
    fix="return a keras.optimizers.Optimizer from build(learning_rate, options)",
)
def builds_an_optimizer(subject: OptimizerSubject) -> None:
    """Build it with its default learning rate."""
    import keras

    try:
        optimizer = subject.build()
    except (Exception, SystemExit) as error:
        raise CheckFailedError(in_one_line(error)) from error
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise CheckFailedError(f"expected Optimizer, got {type(optimizer).__name__}")


@check(
    "Reduces a convex loss",
    why="an optimizer that cannot minimize a quadratic function will not train a network",
    fix="subtract the step from the weight, and choose a default learning_rate that neither diverges nor "
    "stalls",
    needs=("builds_an_optimizer",),
)
def reduces_a_convex_loss(subject: OptimizerSubject) -> None:
    """Take 100 steps on a quadratic function at the default learning rate; every variable must move."""
    descent = Descent(subject.build())
    before, start = descent.loss, [variable.numpy() for variable in descent.variables]
    descent.run(_STEPS_DOWNHILL)
    after = descent.loss
    for variable, value in zip(descent.variables, start, strict=True):
        if np.array_equal(variable.numpy(), value):
            raise CheckFailedError(
                f"in {_STEPS_DOWNHILL} steps, the weight of shape {variable.shape} does not change",
                fix="update every variable, whatever its shape",
            )
    if not (math.isfinite(after) and after < 0.999 * before):
        raise CheckFailedError(
            f"in {_STEPS_DOWNHILL} steps at learning rate {subject.part.learning_rate:g} the loss goes from "
            f"{before:.4g} to {after:.4g}"
        )


@check(
    "A larger learning rate makes a larger step",
    why="`train.learning_rate`, schedules and warm-up have no effect if the learning rate is ignored",
    fix="pass the learning_rate given to build to the optimizer, and scale the step by it",
    needs=("builds_an_optimizer",),
)
def uses_the_learning_rate(subject: OptimizerSubject) -> None:
    """Compare the first updates at the default learning rate and at a tenth of it."""
    rate = float(subject.part.learning_rate)
    whole, tenth = (float(np.linalg.norm(subject.first_update(one))) for one in (rate, rate / 10))
    if not whole > 1.01 * tenth:
        raise CheckFailedError(
            f"the first update has length {tenth:.3g} at learning rate {rate / 10:g}, and {whole:.3g} at "
            f"{rate:g}"
        )


@check(
    "Accepts a learning rate schedule",
    why="a run passes a schedule unless the learning rate is constant and there is no warm-up",
    fix="pass learning_rate on unchanged; float(learning_rate) and arithmetic fail for a schedule",
    needs=("uses_the_learning_rate",),
)
def takes_a_schedule(subject: OptimizerSubject) -> None:
    """Compare a constant rate with a constant schedule, and with one that drops after five updates."""
    import keras

    rate, drop = float(subject.part.learning_rate), 5 * subject.steps_per_update
    piecewise = keras.optimizers.schedules.PiecewiseConstantDecay
    positions = {}
    for name, learning_rate in (
        ("rate", rate),
        ("constant", piecewise([drop], [rate, rate])),
        ("dropping", piecewise([drop], [rate, rate / 10])),
    ):
        try:
            descent = Descent(subject.build(learning_rate))
            descent.run(2 * drop + 2)
        except Exception as error:
            raise CheckFailedError(f"given a schedule: {in_one_line(error)}") from error
        positions[name] = descent.position
    if not same(positions["rate"], positions["constant"]):
        raise CheckFailedError("a constant schedule does not take the same steps as the constant rate")
    if np.array_equal(positions["constant"], positions["dropping"]):
        raise CheckFailedError("a schedule that drops to a tenth takes the same steps as a constant one")


@check(
    "Keeps separate state for each weight",
    why="with a shared momentum, each weight is pushed in the direction of the others",
    fix="create the slots in build(variables), one for each variable with add_variable_from_reference, and "
    "look them up by self._get_variable_index(variable)",
    needs=("builds_an_optimizer",),
)
def keeps_state_per_weight(subject: OptimizerSubject) -> None:
    """Move one weight; another one, of zeros and without a gradient, must not move."""
    import keras

    optimizer = subject.build()
    moving, still = keras.Variable(np.ones(3, np.float32)), keras.Variable(np.zeros(3, np.float32))
    optimizer.build([moving, still])
    for _ in range(3 * subject.steps_per_update):
        optimizer.apply_gradients([(np.ones(3, np.float32), moving), (np.zeros(3, np.float32), still)])
    if np.any(still.numpy()):
        raise CheckFailedError(f"a weight with zero gradient moved to {still.numpy().round(6).tolist()}")


@check(
    "Works in a graph",
    why="the training loop runs many steps in one tf.function call",
    fix="keep everything that changes between steps in variables created in build(variables), not in Python "
    "numbers or lists",
    needs=("builds_an_optimizer",),
)
def works_in_a_graph(subject: OptimizerSubject) -> None:
    """Compare the same steps in a ``tf.function`` and in eager mode."""
    import tensorflow as tf

    steps = 2 * _STEPS * subject.steps_per_update
    eager, graph = Descent(subject.build()), Descent(subject.build())
    eager.run(steps)
    try:
        graph.run(steps, step=tf.function(graph.step))
    except Exception as error:
        raise CheckFailedError(in_one_line(error)) from error
    if not same(eager.position, graph.position):
        raise CheckFailedError(f"after {steps} steps the weights differ from those in eager mode")


@check(
    "Saves and restores its state",
    why="without it, a resumed run takes different steps than an uninterrupted one",
    fix="keep all state in variables created in build(variables), so that they are in optimizer.variables; "
    "to resume, convlab builds a new optimizer and assigns them",
    needs=("builds_an_optimizer",),
)
def state_saves_and_loads(subject: OptimizerSubject) -> None:
    """Copy the variables to a new optimizer after some steps, and continue with both."""
    steps = _STEPS * subject.steps_per_update - subject.steps_per_update // 2  # also between two updates
    first, second = Descent(subject.build()), Descent(subject.build())
    first.run(steps)
    saved, created = first.optimizer.variables, second.optimizer.variables
    if len(saved) != len(created):
        raise CheckFailedError(
            f"the optimizer has {len(created)} variables before the first step and {len(saved)} after it; "
            "create all of them in build"
        )
    for target, source in zip([*created, *second.variables], [*saved, *first.variables], strict=True):
        target.assign(source)
    first.run(steps)
    second.run(steps)
    if not same(first.position, second.position):
        raise CheckFailedError(f"the weights differ {steps} steps after the state was restored")


@check(
    "Can be rebuilt from its configuration",
    why="saving a compiled model relies on it",
    fix="give a custom class a get_config() with every argument of its constructor and "
    "@keras.saving.register_keras_serializable(package=…)",
    needs=("builds_an_optimizer",),
)
def config_round_trips(subject: OptimizerSubject) -> None:
    """Serialize and deserialize, and take the same steps with both."""
    import keras

    original, steps = Descent(subject.build()), _STEPS * subject.steps_per_update
    require_complete_configs([original.optimizer])
    try:
        saved = keras.saving.serialize_keras_object(subject.build())
        optimizer = keras.saving.deserialize_keras_object(saved)
    except Exception as error:
        raise CheckFailedError(in_one_line(error)) from error
    rebuilt = Descent(optimizer)
    original.run(steps)
    rebuilt.run(steps)
    if not same(original.position, rebuilt.position):
        raise CheckFailedError("the rebuilt optimizer takes different steps; get_config() lacks an argument")
