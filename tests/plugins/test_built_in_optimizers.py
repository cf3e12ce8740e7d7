"""Each option of the built-in optimizers changes the update as documented."""

from typing import Any

import numpy as np
import pytest

from convlab import Optimizer, PluginHost
from convlab.options.reading import read_options


def build(name: str, learning_rate: Any = 0.1, **options: Any) -> Any:
    part = PluginHost(third_party=False).find(Optimizer, name).part
    values = read_options(part.options, options, key="optimizer_options", owner=name)
    return part.build(learning_rate, values)


def weights_after(optimizer: Any, gradients: list[list[float]], start: float = 1.0) -> Any:
    import keras

    weights = keras.Variable(np.full(len(gradients[0]), start, dtype=np.float32))
    for gradient in gradients:
        optimizer.apply_gradients([(np.array(gradient, dtype=np.float32), weights)])
    return np.asarray(weights)


CASES = {
    "plain": ({"momentum": 0.0}, [[2.0]], [0.8]),
    "momentum": ({"momentum": 0.5, "nesterov": False}, [[2.0], [2.0]], [1 - 0.2 - 0.3]),
    "nesterov": ({"momentum": 0.5}, [[2.0]], [1 - 0.3]),
    "weight decay": ({"momentum": 0.0, "weight_decay": 0.5}, [[0.0]], [1 - 0.1 * 0.5]),
    "clip norm": ({"momentum": 0.0, "clip_norm": 1.0}, [[3.0, 4.0]], [1 - 0.06, 1 - 0.08]),
    "clip value": ({"momentum": 0.0, "clip_value": 1.0}, [[3.0, -4.0]], [0.9, 1.1]),
}


@pytest.mark.parametrize(("options", "gradients", "expected"), CASES.values(), ids=CASES.keys())
def test_sgd_takes_the_step_that_its_options_describe(
    options: dict[str, Any], gradients: list[list[float]], expected: list[float]
) -> None:
    np.testing.assert_allclose(weights_after(build("sgd", **options), gradients), expected, rtol=1e-5)


def test_adam_takes_the_step_that_its_options_describe() -> None:
    # Adam's first step is the learning rate times the gradient's sign, whatever the gradient's magnitude.
    np.testing.assert_allclose(weights_after(build("adam"), [[5.0, -0.01]]), [0.9, 1.1], rtol=1e-4)
    np.testing.assert_allclose(weights_after(build("adam", weight_decay=0.5), [[0.0]]), [0.95], rtol=1e-5)
    config = build("adam", beta_1=0.5, beta_2=0.6, epsilon=0.1, amsgrad=True, clip_norm=2.0).get_config()
    assert [config[key] for key in ("beta_1", "beta_2", "epsilon", "amsgrad", "global_clipnorm")] == [
        *(0.5, 0.6, 0.1, True, 2.0)
    ]


KERAS: dict[str, tuple[str, dict[str, Any]]] = {
    "adamw": ("AdamW", {"weight_decay": 0.01}),
    "rmsprop": ("RMSprop", {}),
    "lion": ("Lion", {"beta_1": 0.9, "beta_2": 0.99}),
    "muon": ("Muon", {"weight_decay": None, "adam_weight_decay": None}),
}


@pytest.mark.parametrize("name", KERAS)
def test_an_optimizer_takes_the_steps_of_its_keras_class(name: str) -> None:
    import keras

    kind, arguments = KERAS[name]
    ends = []
    for optimizer in (build(name), getattr(keras.optimizers, kind)(0.1, **arguments)):
        matrix, vector = keras.Variable(np.ones((3, 2), np.float32)), keras.Variable(np.ones(2, np.float32))
        optimizer.build([matrix, vector])
        for step in range(3):
            gradients = np.full((3, 2), 0.5 + step, np.float32), np.array([-1.0, step], np.float32)
            optimizer.apply_gradients(list(zip(gradients, (matrix, vector), strict=True)))
        ends.append((np.asarray(matrix), np.asarray(vector)))
    for mine, other in zip(*ends, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6)


NAMES = ("sgd", "adam", "adamw", "rmsprop", "lion", "muon")


def named_weights() -> list[Any]:
    import keras

    return [keras.Variable(np.ones(2, np.float32), name=name) for name in ("kernel", "bias", "gamma", "beta")]


@pytest.mark.parametrize("name", [each for each in NAMES if each != "muon"])
def test_weight_decay_can_spare_biases_and_norms(name: str) -> None:
    optimizer, weights = build(name, weight_decay=0.5, decay_bias_and_norm=False), named_weights()
    optimizer.build(weights)
    optimizer.apply_gradients([(np.zeros(2, np.float32), weight) for weight in weights])
    assert [float(weight[0]) for weight in weights] == pytest.approx([0.95, 1, 1, 1])


def test_accumulated_gradients_take_one_step_of_their_mean() -> None:
    optimizer = build("sgd", momentum=0.0, accumulate=2)
    np.testing.assert_allclose(weights_after(optimizer, [[1.0], [3.0], [9.0]]), [1 - 0.1 * 2.0])


def test_the_moving_average_of_the_weights_is_their_final_value() -> None:
    import keras

    weight = keras.Variable(np.ones(1, np.float32))
    optimizer = build("sgd", momentum=0.0, ema=0.75)
    optimizer.build([weight])
    for _ in range(2):
        optimizer.apply_gradients([(np.ones(1, np.float32), weight)])
    optimizer.finalize_variable_values([weight])
    assert float(weight[0]) == pytest.approx(0.75 * 0.9 + 0.25 * 0.8)


@pytest.mark.parametrize("name", NAMES)
def test_layers_may_have_rates_of_their_own(name: str) -> None:
    ends = []
    decay = {"weight_decay": 1e-9} if name == "adamw" else {}
    for rates in ({}, {"^kernel$": 0.5, "beta|gamma": 0.0}):
        optimizer, weights = build(name, layer_rates=rates, **decay), named_weights()
        optimizer.build(weights)
        optimizer.apply_gradients([(np.ones(2, np.float32), weight) for weight in weights])
        ends.append([1 - float(weight[0]) for weight in weights])
    kernel, bias, *rest = ends[1]
    assert kernel == pytest.approx(ends[0][0] / 2, rel=1e-3)
    assert bias == pytest.approx(ends[0][1])
    assert rest == pytest.approx([0, 0])


def test_a_rate_of_layers_that_do_not_exist_is_refused() -> None:
    from convlab import ConfigError, Experiment, prepare

    with pytest.raises(ConfigError, match=r"layer_rates`: 'head' matches no weight; paths are "):
        prepare(Experiment(optimizer_options={"layer_rates": {"head": 10.0}}))


@pytest.mark.parametrize(("name", "options"), [("sgd", {"momentum": 0.0}), ("adam", {})])
def test_an_optimizer_accepts_a_learning_rate_schedule(name: str, options: dict[str, Any]) -> None:
    import keras

    zero_after_one_step = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.1, 0.0])
    after_one, after_three = (
        weights_after(build(name, zero_after_one_step, **options), [[1.0]] * steps) for steps in (1, 3)
    )
    assert after_one == pytest.approx([0.9], rel=1e-4)
    assert after_three == pytest.approx(after_one)


def test_clipping_by_both_norm_and_value_is_refused() -> None:
    from convlab import Experiment, PluginError, prepare

    both = {"clip_norm": 1.0, "clip_value": 1.0}
    with pytest.raises(PluginError, match="optimizer 'sgd' failed"):
        prepare(Experiment(optimizer="sgd", optimizer_options=both))
