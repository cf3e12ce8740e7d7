"""Each mistake in an optimizer is caught by the check of its name, and the message says the fix."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab import Optimizer


def ascends(learning_rate: Any, options: None) -> Any:
    import keras

    class Ascent(keras.optimizers.SGD):
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            super().update_step(-gradient, variable, learning_rate)

    return Ascent(learning_rate)


def ignores_the_rate(learning_rate: Any, options: None) -> Any:
    import keras

    return keras.optimizers.SGD(0.01)


def wants_a_number(learning_rate: Any, options: None) -> Any:
    import keras

    return keras.optimizers.Adam(float(learning_rate))


def forgets_its_schedule(learning_rate: Any, options: None) -> Any:
    import keras

    first = float(learning_rate(0)) if callable(learning_rate) else learning_rate
    return keras.optimizers.Adam(first)


def momentum_in_python(learning_rate: Any, options: None) -> Any:
    import keras

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class Heavy(keras.optimizers.SGD):
        def build(self, variables: Any) -> None:
            super().build(variables)
            self.velocity: dict[str, Any] = {}

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            moved = gradient + 0.9 * self.velocity.get(variable.name, 0.0)
            self.velocity[variable.name] = moved
            super().update_step(moved, variable, learning_rate)

    return Heavy(learning_rate)


def one_momentum_for_all(learning_rate: Any, options: None) -> Any:
    import keras

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class Shared(keras.optimizers.SGD):
        def build(self, variables: Any) -> None:
            super().build(variables)
            self.mean = self.add_variable((), name="mean")

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            self.assign(self.mean, 0.9 * self.mean + 0.1 * keras.ops.mean(gradient))
            super().update_step(gradient + self.mean, variable, learning_rate)

    return Shared(learning_rate)


def forgets_an_argument(learning_rate: Any, options: None) -> Any:
    import keras

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class Scaled(keras.optimizers.SGD):
        def __init__(self, learning_rate: Any, scale: float = 1.0, **kwargs: Any) -> None:
            super().__init__(learning_rate, **kwargs)
            self.scale = scale

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            super().update_step(self.scale * gradient, variable, learning_rate)

    return Scaled(learning_rate, scale=3.0)


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (ascends, "reduces_a_convex_loss", "the loss goes from", "subtract the step"),
    (ignores_the_rate, "uses_the_learning_rate", "the first step is", "pass the learning_rate"),
    (wants_a_number, "takes_a_schedule", "given a schedule: TypeError", "pass learning_rate on as it is"),
    (forgets_its_schedule, "takes_a_schedule", "falls to a tenth", "pass learning_rate on as it is"),
    (momentum_in_python, "works_in_a_graph", "", "in variables, made in build(variables)"),
    (momentum_in_python, "state_saves_and_loads", "state was handed over", "in variables made in build"),
    (one_momentum_for_all, "keeps_weights_apart", "without a gradient moved", "one for each"),
    (forgets_an_argument, "config_round_trips", "takes other steps", "get_config() with every argument"),
]


@pytest.mark.parametrize(
    ("build", "name", "found", "fix"), CASES, ids=[f"{c[0].__name__}-{c[1]}" for c in CASES]
)
def test_a_mistake_is_caught_by_the_check_of_its_name(
    assert_caught: Callable[..., None], build: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    part = Optimizer(name="faulty", summary="An optimizer with a mistake", build=build, learning_rate=0.05)
    assert_caught(part, name, found, fix)
