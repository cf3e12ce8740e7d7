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
