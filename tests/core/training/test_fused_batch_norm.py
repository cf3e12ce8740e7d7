"""Fused batch normalization matches Keras in outputs, gradients and moving statistics, up to rounding."""

import inspect
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from convlab.training.model.fused_batch_norm import fused_batch_norm

RNG = np.random.default_rng(0)


def two_steps(layer: keras.layers.BatchNormalization, images: Any, *, fused: bool) -> list[Any]:
    """Return the outputs, the gradients of inputs and weights, and the weights after two steps."""
    layer.build(images.shape)
    weights = [WEIGHTS[: weight.shape[0]] for weight in layer.trainable_weights]
    for weight, value in zip(layer.trainable_weights, weights, strict=True):
        weight.assign(value)

    @tf.function
    def steps(images: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = layer(images, training=True)
            loss = tf.reduce_sum(tf.cast(outputs, tf.float32) ** 3)
        layer(images, training=True)
        return [outputs, *tape.gradient(loss, [images, *layer.trainable_weights])]

    if fused:
        with fused_batch_norm():
            results = steps(images)
    else:
        results = steps(images)
    operations = {operation.type for operation in steps.get_concrete_function(images).graph.get_operations()}
    assert ("FusedBatchNormV3" in operations) == fused
    return [np.asarray(tf.cast(value, tf.float32)) for value in (*results, *layer.weights)]


WEIGHTS = RNG.normal(size=8).astype(np.float32)
CASES = {
    "defaults": {},
    "without scale": {"scale": False},
    "without center": {"center": False},
    "momentum and epsilon": {"momentum": 0.5, "epsilon": 0.1},
    "explicit axis": {"axis": 3},
}


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_training_on_images_matches_keras(options: dict[str, Any]) -> None:
    images = tf.constant(RNG.normal(2, 3, size=(6, 5, 4, 8)).astype(np.float32))
    fused, plain = (
        two_steps(keras.layers.BatchNormalization(**options), images, fused=f) for f in (True, False)
    )
    for fused_value, plain_value in zip(fused, plain, strict=True):
        np.testing.assert_allclose(fused_value, plain_value, rtol=2e-3, atol=2e-3)
    np.testing.assert_allclose(fused[-2], plain[-2], rtol=1e-5)  # moving mean
    np.testing.assert_allclose(fused[-1], plain[-1], rtol=1e-5)  # moving variance, biased as in Keras


def test_one_value_per_channel_has_zero_variance_as_in_keras() -> None:
    images = tf.constant(RNG.normal(size=(1, 1, 1, 8)).astype(np.float32))
    fused, plain = (two_steps(keras.layers.BatchNormalization(), images, fused=f) for f in (True, False))
    np.testing.assert_allclose(fused[-1], plain[-1], atol=1e-6)


def test_bfloat16_layers_are_fused_too() -> None:
    images = tf.constant(RNG.normal(size=(6, 5, 4, 8)), tf.bfloat16)
    layers = [keras.layers.BatchNormalization(dtype="mixed_bfloat16") for _ in range(2)]
    fused, plain = (two_steps(layer, images, fused=f) for layer, f in zip(layers, (True, False), strict=True))
    np.testing.assert_allclose(fused[0], plain[0], atol=0.05)
    np.testing.assert_allclose(fused[-1], plain[-1], rtol=1e-2)


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({}, (6, 8)),
        ({"axis": 1}, (6, 8, 5, 4)),
        pytest.param(
            {"renorm": True},
            (6, 5, 4, 8),
            marks=pytest.mark.skipif(
                "renorm" not in inspect.signature(keras.layers.BatchNormalization).parameters,
                reason="this version of Keras has no renorm",
            ),
        ),
        ({"trainable": False}, (6, 5, 4, 8)),
    ],
)
def test_unsupported_layers_fall_back_to_keras(options: dict[str, Any], shape: tuple[int, ...]) -> None:
    images = tf.constant(RNG.normal(size=shape).astype(np.float32))
    layer = keras.layers.BatchNormalization(**options)
    layer.build(shape)

    @tf.function
    def call(images: Any) -> Any:
        return layer(images, training=True)

    with fused_batch_norm():
        graph = call.get_concrete_function(images).graph
    assert "FusedBatchNormV3" not in {operation.type for operation in graph.get_operations()}


def test_keras_is_restored_even_if_training_fails() -> None:
    original = keras.layers.BatchNormalization.call

    def fail_inside() -> None:
        with fused_batch_norm():
            assert keras.layers.BatchNormalization.call is not original
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_inside()
    assert keras.layers.BatchNormalization.call is original
