"""Whether an optimizer can be stopped and go on, in a graph and in another process."""

from typing import Any

from convlab.errors import in_one_line
from convlab.inspect.checks.optimizers.subject import Descent, OptimizerSubject, same
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

_BEFORE, _AFTER = 5, 5


@check(
    "It works in a graph",
    why="the training loop runs many of its steps in one graph",
    fix="keep what changes from step to step in variables, made in build(variables), never in Python numbers "
    "or lists",
    needs=("builds_an_optimizer",),
)
def works_in_a_graph(subject: OptimizerSubject) -> None:
    """Take the same steps in a ``tf.function`` and call by call."""
    import tensorflow as tf

    eager, graph = Descent(subject.build()), Descent(subject.build())
    eager.go(_BEFORE + _AFTER)
    try:
        graph.go(_BEFORE + _AFTER, step=tf.function(graph.step))
    except Exception as error:
        raise CheckFailedError(in_one_line(error)) from error
    if not same(eager.position, graph.position):
        raise CheckFailedError(f"after {_BEFORE + _AFTER} steps it is elsewhere than without a graph")


@check(
    "Its state is saved and loaded",
    why="a resumed run would otherwise go another way than the unbroken one",
    fix="keep all state in variables made in build(variables), so that optimizer.variables has it; convlab "
    "builds the optimizer anew and sets them",
    needs=("builds_an_optimizer",),
)
def state_saves_and_loads(subject: OptimizerSubject) -> None:
    """Hand the variables over to an optimizer built anew, and compare with one that went on."""
    first = Descent(subject.build())
    first.go(_BEFORE)
    other = Descent(subject.build())
    _require_as_many(first.optimizer.variables, other.optimizer.variables)
    for there, here in zip(other.optimizer.variables, first.optimizer.variables, strict=True):
        there.assign(here)
    for there, here in zip(other.variables, first.variables, strict=True):
        there.assign(here)
    first.go(_AFTER)
    other.go(_AFTER)
    if not same(first.position, other.position):
        raise CheckFailedError(f"{_AFTER} steps after its state was handed over, it is elsewhere")


@check(
    "It is rebuilt from its configuration",
    why="keras.optimizers.serialize, and with it whatever saves a compiled model, relies on it",
    fix="give a class of its own a get_config() with every argument of its constructor and "
    "@keras.saving.register_keras_serializable(package=…)",
    needs=("builds_an_optimizer",),
)
def config_round_trips(subject: OptimizerSubject) -> None:
    """Serialize and deserialize, and take the same steps with both."""
    import keras

    first = Descent(subject.build())
    try:
        rebuilt = keras.optimizers.deserialize(keras.optimizers.serialize(subject.build()))
    except Exception as error:
        raise CheckFailedError(in_one_line(error)) from error
    other = Descent(rebuilt)
    first.go(_BEFORE)
    other.go(_BEFORE)
    if not same(first.position, other.position):
        raise CheckFailedError("rebuilt, it takes other steps: an argument is missing in get_config()")


def _require_as_many(saved: list[Any], made: list[Any]) -> None:
    if len(saved) != len(made):
        raise CheckFailedError(
            f"it has {len(saved)} variables after a step and {len(made)} before the first: make all in build"
        )
