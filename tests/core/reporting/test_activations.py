"""Filters and heat maps are those of the network."""

import numpy as np
import pytest

from convlab import Run
from convlab.reporting.activations import feature_maps, first_filters, grad_cam


def test_the_filters_are_the_weights_of_the_first_convolution(convolutional: Run) -> None:
    name, filters = first_filters(convolutional.model)
    weights = next(weight for weight in convolutional.model.weights if weight.path.endswith(f"{name}/kernel"))
    assert np.array_equal(filters, weights.numpy())


def test_feature_maps_have_the_size_of_their_layer(convolutional: Run) -> None:
    shapes = [maps.shape for _, maps in feature_maps(convolutional.model, np.zeros((12, 12, 3), np.uint8))]
    assert shapes == [(12, 12, 4), (6, 6, 6)]


def test_grad_cam_finds_the_region_that_the_logit_depends_on() -> None:
    """A network whose first logit is the brightness of the upper left quarter of an image."""
    import keras

    images = keras.Input((8, 8, 1), dtype="uint8")
    maps = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones")(
        keras.layers.Rescaling(1 / 255)(images)
    )
    corner = keras.layers.Lambda(lambda values: values[:, :4, :4])(maps)
    brightness = keras.layers.GlobalAveragePooling2D()(corner)
    logits = keras.layers.Dense(2, use_bias=False, kernel_initializer=lambda shape, dtype: [[1.0, -1.0]])(
        brightness
    )
    model = keras.Model(images, logits)
    picture = np.full((2, 8, 8, 1), 0, np.uint8)
    picture[:, 1, 2] = 255
    heat = grad_cam(model, picture, np.array([0, 1]))
    assert heat.shape == (2, 8, 8)
    assert np.unravel_index(heat[0].argmax(), (8, 8)) == (1, 2)
    assert heat[0].max() == pytest.approx(1)
    assert heat[1].max() == 0, "there is no evidence for the other class"
