"""The computed cost of each layer equals the cost calculated by hand."""

from typing import Any

import pytest

from convlab.system.tensorflow_start import start_tensorflow
from convlab.training.model.cost import LayerCost, forward_flops, layer_costs


@pytest.fixture(autouse=True)
def tensorflow() -> None:
    start_tensorflow()


def by_layer(model: Any) -> dict[str, LayerCost]:
    return {cost.layer: cost for cost in layer_costs(model)}


def test_convolutions_and_dense_layers_cost_two_operations_per_multiply_add() -> None:
    import keras
    from keras import layers

    network = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(16, 3, padding="same", use_bias=False, name="conv"),
            layers.Flatten(),
            layers.Dense(10, name="dense"),
        ],
        name="network",
    )
    costs = by_layer(network)
    assert costs["conv"].flops == 2 * 8 * 8 * 3 * 3 * 3 * 16
    assert costs["conv"].parameters == 3 * 3 * 3 * 16
    assert costs["conv"].output_shape == (8, 8, 16)
    assert costs["dense"].flops == 2 * 8 * 8 * 16 * 10 + 10
    assert costs["dense"].parameters == 8 * 8 * 16 * 10 + 10
    assert forward_flops(network) == costs["conv"].flops + costs["dense"].flops


def test_a_shared_layer_counts_flops_for_each_call_but_parameters_once() -> None:
    import keras

    shared = keras.layers.Dense(4, name="shared", use_bias=False)
    inputs = keras.Input((4,))
    costs = layer_costs(keras.Model(inputs, shared(shared(inputs))))
    calls = [cost for cost in costs if cost.layer == "shared"]
    assert [cost.flops for cost in calls] == [32, 32]
    assert [cost.parameters for cost in calls] == [16, 0]


def test_the_layers_and_the_weights_of_a_subclassed_model_are_found() -> None:
    import keras

    class Inner(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__(name="inner")
            self.project = keras.layers.Dense(3, name="project", use_bias=False)

        def build(self, shape: Any) -> None:
            self.scale = self.add_weight(shape=(3,), initializer="ones")
            self.project.build(shape)

        def call(self, x: Any) -> Any:
            return self.project(x) * self.scale

    class Network(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="network")
            self.inner = Inner()

        def call(self, x: Any) -> Any:
            return keras.ops.square(self.inner(x))

    inputs = keras.Input((5,))
    model = keras.Model(inputs, Network()(inputs))
    costs = by_layer(model)
    assert (costs["network/inner/project"].flops, costs["network/inner/project"].parameters) == (30, 15)
    assert (costs["network/inner"].flops, costs["network/inner"].parameters) == (3, 3)
    assert costs["network"].flops == 3
    assert sum(cost.parameters for cost in layer_costs(model)) == model.count_params()
