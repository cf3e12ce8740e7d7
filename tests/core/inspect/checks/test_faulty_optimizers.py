"""For each mistake in an optimizer, one check fails and suggests the fix."""

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


def ignores_the_learning_rate(learning_rate: Any, options: None) -> Any:
    import keras

    return keras.optimizers.SGD(0.01)


def requires_a_number(learning_rate: Any, options: None) -> Any:
    import keras

    return keras.optimizers.Adam(float(learning_rate))


def ignores_the_schedule(learning_rate: Any, options: None) -> Any:
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
            update = gradient + 0.9 * self.velocity.get(variable.name, 0.0)
            self.velocity[variable.name] = update
            super().update_step(update, variable, learning_rate)

    return Heavy(learning_rate)


def shares_its_momentum(learning_rate: Any, options: None) -> Any:
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


def omits_an_argument_from_its_config(learning_rate: Any, options: None) -> Any:
    import keras

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class Scaled(keras.optimizers.SGD):
        def __init__(self, learning_rate: Any, scale: float = 1.0, **kwargs: Any) -> None:
            super().__init__(learning_rate, **kwargs)
            self.scale = scale

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            super().update_step(self.scale * gradient, variable, learning_rate)

    return Scaled(learning_rate, scale=3.0)


def moves_matrices_alone(learning_rate: Any, options: None) -> Any:
    import keras

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class Matrices(keras.optimizers.SGD):
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            if len(variable.shape) == 2:
                super().update_step(gradient, variable, learning_rate)

    return Matrices(learning_rate)


def fails_on_kernels(learning_rate: Any, options: None) -> Any:
    import keras

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class Transposing(keras.optimizers.SGD):
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            if len(variable.shape) > 1:
                rows, columns = variable.shape
                gradient = keras.ops.reshape(gradient, (rows, columns))
            super().update_step(gradient, variable, learning_rate)

    return Transposing(learning_rate)


def forgets_a_default_in_its_config(learning_rate: Any, options: None) -> Any:
    import keras

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class Decaying(keras.optimizers.SGD):
        def __init__(self, learning_rate: Any, power: float = 1.0, **kwargs: Any) -> None:
            super().__init__(learning_rate, **kwargs)
            self.power = power

    return Decaying(learning_rate)


def returns_its_name(learning_rate: Any, options: None) -> Any:
    return "sgd"


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (ascends, "reduces_a_convex_loss", "the loss goes from", "subtract the step"),
    (
        ignores_the_learning_rate,
        "uses_the_learning_rate",
        "the first update has length",
        "pass the learning_rate",
    ),
    (requires_a_number, "takes_a_schedule", "given a schedule: TypeError", "pass learning_rate on unchanged"),
    (ignores_the_schedule, "takes_a_schedule", "drops to a tenth", "pass learning_rate on unchanged"),
    (momentum_in_python, "works_in_a_graph", "", "in variables created in build(variables)"),
    (momentum_in_python, "state_saves_and_loads", "state was restored", "in variables created in build"),
    (shares_its_momentum, "keeps_state_per_weight", "with zero gradient moved", "one for each"),
    (
        moves_matrices_alone,
        "reduces_a_convex_loss",
        "of shape (3,) does not change",
        "every variable",
    ),
    (fails_on_kernels, "reduces_a_convex_loss", "too many values to unpack", "fix the code in this line"),
    (
        forgets_a_default_in_its_config,
        "config_round_trips",
        "lacks the constructor's argument",
        "get_config",
    ),
    (returns_its_name, "builds_an_optimizer", "expected Optimizer, got str", "return a keras"),
    (
        omits_an_argument_from_its_config,
        "config_round_trips",
        "of Scaled lacks the constructor's argument 'scale'",
        "get_config() with every argument",
    ),
]


@pytest.mark.parametrize(
    ("build", "name", "found", "fix"), CASES, ids=[f"{c[0].__name__}-{c[1]}" for c in CASES]
)
def test_exactly_one_check_fails_for_each_mistake(
    assert_caught: Callable[..., None], build: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    part = Optimizer(name="faulty", summary="An optimizer with a mistake", build=build, learning_rate=0.05)
    assert_caught(part, name, found, fix)
