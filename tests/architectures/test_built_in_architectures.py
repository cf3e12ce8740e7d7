"""The built-in architectures accept images of any size and honour their options."""

from typing import Any

import numpy as np
import pytest

from convlab import Architecture, ConfigError, PluginHost
from convlab.options.reading import read_options


def build(name: str, input_shape: tuple[int, int, int], num_classes: int = 10, **options: Any) -> Any:
    part = PluginHost(third_party=False).find(Architecture, name).part
    values = read_options(part.options, options, key="architecture_options", owner=name)
    return part.build(input_shape, num_classes, values)


SIZES = [((8, 8, 1), 10), ((28, 28, 1), 10), ((32, 32, 3), 100), ((17, 23, 3), 2), ((1, 1, 1), 2)]
SMALLEST = {"mlp": 1, "cnn": 1, "resnet": 1, "fastnet": 4, "vit_tiny": 4, "lenet5": 12}


@pytest.mark.parametrize(
    ("name", "input_shape", "num_classes"),
    [(name, *size) for name in SMALLEST for size in SIZES if size[0][0] >= SMALLEST[name]],
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


@pytest.mark.parametrize("name", ["fastnet", "vit_tiny", "lenet5"])
def test_images_that_are_too_small_are_refused(name: str) -> None:
    size = SMALLEST[name] - 1
    with pytest.raises(ConfigError, match=f"{size}×{size}"):
        build(name, (size, size, 3))


@pytest.mark.parametrize(
    ("name", "input_shape", "options", "parameters"),
    [
        ("lenet5", (28, 28, 1), {}, 61_706),
        ("resnet", (32, 32, 3), {}, 269_722 + 2_560 + 2 * 96),  # the paper's, and two projections
        ("fastnet", (32, 32, 3), {}, 1_971_640),
    ],
)
def test_a_network_has_the_parameters_of_its_source(
    name: str, input_shape: tuple[int, int, int], options: dict[str, Any], parameters: int
) -> None:
    model = build(name, input_shape, **options)
    weights = [weight for weight in model.weights if "moving" not in weight.path]
    assert sum(int(np.prod(weight.shape)) for weight in weights) == parameters


def test_the_convolutions_of_fastnet_start_as_the_identity() -> None:
    from convlab_architectures.partial_identity import PartialIdentity

    kernel = np.asarray(PartialIdentity()((3, 3, 5, 8)))
    images = np.random.default_rng(0).normal(size=(2, 6, 6, 5)).astype(np.float32)
    import keras

    outputs = np.asarray(keras.ops.conv(images, kernel, padding="same"))
    np.testing.assert_allclose(outputs[..., :5], images, atol=1e-6)
    assert 0 < np.abs(kernel[..., 5:]).max() <= (3 * 3 * 5) ** -0.5


def test_patch_whitening_makes_the_components_of_patches_uncorrelated() -> None:
    from convlab_architectures.patch_whitening import PatchWhitening

    rng = np.random.default_rng(0)
    images = rng.normal(size=(600, 9, 8, 3)).cumsum(axis=1).cumsum(axis=2).astype(np.float32) / 5
    layer = PatchWhitening(epsilon=0.0)
    layer.build(images.shape)
    layer.adapt(iter(np.split(images, 6)))
    components = np.asarray(layer(images)).reshape(-1, 24).astype(np.float64)
    assert components.shape[0] == 600 * 8 * 7
    covariance = components.T @ components / len(components)
    np.testing.assert_allclose(covariance[:12, :12], np.eye(12), atol=1e-3)
    np.testing.assert_allclose(components[:, 12:], -components[:, :12], atol=1e-4)
