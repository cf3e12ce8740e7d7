"""The built-in architectures accept images of any size and honour their options."""

from typing import Any

import numpy as np
import pytest

from convlab import Architecture, PluginHost
from convlab.options.reading import read_options


def build(name: str, input_shape: tuple[int, int, int], num_classes: int = 10, **options: Any) -> Any:
    part = PluginHost(third_party=False).find(Architecture, name).part
    values = read_options(part.options, options, key="architecture_options", owner=name)
    return part.build(input_shape, num_classes, values)


@pytest.mark.parametrize("name", ["mlp", "cnn"])
@pytest.mark.parametrize(
    ("input_shape", "num_classes"),
    [((8, 8, 1), 10), ((28, 28, 1), 10), ((32, 32, 3), 100), ((17, 23, 3), 2), ((1, 1, 1), 2)],
)
def test_an_architecture_maps_images_of_any_size_to_finite_logits(
    name: str, input_shape: tuple[int, int, int], num_classes: int
) -> None:
    images = np.random.default_rng(0).normal(size=(3, *input_shape)).astype(np.float32)
    logits = np.asarray(build(name, input_shape, num_classes)(images))
    assert logits.shape == (3, num_classes)
    assert np.isfinite(logits).all()
    assert not np.allclose(logits.sum(axis=1), 1), "the outputs must be logits, not probabilities"


def test_an_image_can_be_too_small_for_the_number_of_pooling_layers() -> None:
    assert build("cnn", (8, 8, 1), filters=[4, 4, 4, 4, 4, 4]).output_shape == (None, 10)


def layers_of(model: Any) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


def test_the_mlp_has_the_layers_that_its_options_describe() -> None:
    plain = build("mlp", (28, 28, 1))
    assert [weight.shape for weight in plain.get_weights()] == [
        *((784, 256), (256,), (256, 256), (256,), (256, 10), (10,))
    ]
    assert layers_of(build("mlp", (28, 28, 1), hidden=[])) == ["InputLayer", "Flatten", "Dense"]
    full = build("mlp", (8, 8, 1), hidden=[5], activation="tanh", dropout=0.5, batch_normalization=True)
    assert layers_of(full)[2:] == ["Dense", "BatchNormalization", "Activation", "Dropout", "Dense"]
    assert full.layers[4].activation.__name__ == "tanh"
    assert full.layers[5].rate == 0.5


def test_the_cnn_has_the_layers_that_its_options_describe() -> None:
    block = ["Conv2D", "Activation", "MaxPooling2D"]
    assert layers_of(build("cnn", (28, 28, 1)))[1:] == [
        *block,
        *block,
        *("Flatten", "Dense", "Activation", "Dropout", "Dense"),
    ]
    full = build(
        "cnn", (8, 8, 1), filters=[5], kernel_size=5, dense=[], batch_normalization=True, dropout=0.0
    )
    normalized = ["Conv2D", "BatchNormalization", "Activation", "MaxPooling2D", "Flatten", "Dense"]
    assert layers_of(full)[1:] == normalized
    assert full.layers[1].kernel.shape == (5, 5, 1, 5)
    assert not full.layers[1].use_bias
