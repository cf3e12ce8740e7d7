"""The checks raise no false alarm on valid but unusual networks."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab import Architecture, check
from convlab.testing import parametrize_with_checks

Shape = tuple[int, int, int]


def build(input_shape: Shape, num_classes: int, options: None) -> Any:
    """Return a network with random, normalizing, zero-initialized and shared layers."""
    import keras
    from keras import layers

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class StochasticDepth(layers.Layer):
        def __init__(self, rate: float = 0.5, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.rate = rate
            self.seeds = keras.random.SeedGenerator()

        def call(self, x: Any, training: bool | None = None) -> Any:
            if not training:
                return x
            kept = keras.random.uniform((keras.ops.shape(x)[0], 1, 1, 1), seed=self.seeds) >= self.rate
            return x * keras.ops.cast(kept, x.dtype) / (1 - self.rate)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "rate": self.rate}

    inputs = keras.Input(input_shape)
    x = layers.RandomTranslation(0.1, 0.1)(layers.RandomFlip("horizontal")(inputs))
    x = layers.Conv2D(16, 4, strides=4, padding="same", use_bias=False)(layers.GaussianNoise(0.01)(x))
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    branch = layers.Conv2D(16, 3, padding="same")(x)
    branch = layers.BatchNormalization(gamma_initializer="zeros")(branch)
    x = layers.Reshape((-1, 16))(layers.Add()([x, StochasticDepth()(branch)]))
    attention, norm = layers.MultiHeadAttention(2, 8), layers.LayerNormalization()
    for _ in range(2):
        y = norm(x)
        x = layers.Add()([x, attention(y, y)])
    x = layers.Dropout(0.5)(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, layers.Dense(num_classes, kernel_initializer="zeros")(x))


def build_unusual(input_shape: Shape, num_classes: int, options: None) -> Any:
    """Return a network with a frozen random backbone, branches, float32 layers and its own scaling."""
    import keras
    from keras import layers

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class HalvedInTraining(layers.Layer):
        def call(self, x: Any, training: bool = False) -> Any:
            self.add_loss(1e-4 * keras.ops.mean(keras.ops.square(x)))
            return x / 2 if training else x

    def frozen(filters: int, seed: int) -> Any:
        kernel = keras.initializers.HeNormal(seed=seed)
        return layers.Conv2D(filters, 3, 2, "same", kernel_initializer=kernel, trainable=False)

    inputs = keras.Input(input_shape)
    x = layers.Rescaling(2, offset=-1)(layers.Rescaling(1 / 255)(layers.Rescaling(255)(inputs)))
    x = layers.Normalization(mean=0.0, variance=0.25)(x)
    backbone = layers.GlobalMaxPooling2D()(frozen(16, 2)(layers.ReLU()(frozen(8, 1)(x))))
    branch = layers.LayerNormalization(dtype="float32")(layers.Conv2D(8, 3, 2, kernel_regularizer="l2")(x))
    branch = layers.GlobalAveragePooling2D()(HalvedInTraining()(branch))
    x = layers.Dropout(0.2)(layers.Concatenate()([backbone, branch]))
    return keras.Model(inputs, layers.Dense(num_classes, activation="log_softmax")(x))


@parametrize_with_checks(
    Architecture(
        name="valid", summary="Random, normalizing, zero-initialized and shared layers", build=build
    ),
    Architecture(name="unusual", summary="Frozen, branched, rescaling", build=build_unusual),
)
def test_a_valid_network_passes_every_check(check: Callable[[], None]) -> None:
    check()


def recurrent(x: Any, layers: Any) -> Any:
    rows = layers.Reshape((x.shape[1], -1))(x)
    return layers.Bidirectional(layers.LSTM(8, dropout=0.1, recurrent_dropout=0.1))(rows)


def gated_recurrent(x: Any, layers: Any) -> Any:
    return layers.GRU(16)(layers.Reshape((x.shape[1], -1))(x))


def transformer(x: Any, layers: Any) -> Any:
    import keras

    x = layers.Reshape((-1, 16))(layers.Conv2D(16, 4, strides=4)(x))
    x = x + layers.Embedding(x.shape[1], 16)(keras.ops.expand_dims(keras.ops.arange(x.shape[1]), 0))
    y = layers.LayerNormalization()(x)
    return layers.GlobalAveragePooling1D()(x + layers.MultiHeadAttention(2, 8)(y, y))


def separable(x: Any, layers: Any) -> Any:
    x = layers.PReLU(shared_axes=[1, 2])(layers.SeparableConv2D(16, 3, 2, "same")(x))
    x = layers.DepthwiseConv2D(3, padding="same")(layers.GroupNormalization(4)(x))
    return layers.GlobalAveragePooling2D()(layers.SpatialDropout2D(0.2)(x))


def spectral(x: Any, layers: Any) -> Any:
    x = layers.SpectralNormalization(layers.Conv2D(8, 3, padding="same"))(x)
    return layers.Flatten()(layers.UnitNormalization()(x))


def unpadded(x: Any, layers: Any) -> Any:
    for filters in (8, 16):
        x = layers.MaxPooling2D()(layers.Conv2D(filters, 3, activation="relu")(x))
    return layers.Dropout(0.5)(layers.Dense(32, activation="relu")(layers.Flatten()(x)))


def resized(x: Any, layers: Any) -> Any:
    x = layers.RandomRotation(0.1)(layers.RandomZoom(0.1)(layers.RandomContrast(0.1)(x)))
    return layers.Flatten()(layers.Resizing(16, 16)(x))


def frozen_normalization(x: Any, layers: Any) -> Any:
    normalization = layers.BatchNormalization()
    normalization.trainable = False
    return layers.Flatten()(layers.Conv2D(8, 3, strides=2)(normalization(x)))


def self_normalizing(x: Any, layers: Any) -> Any:
    hidden = layers.Dense(32, activation="selu", kernel_initializer="lecun_normal")
    return layers.AlphaDropout(0.1)(hidden(layers.Flatten()(x)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "middle",
    [
        recurrent,
        gated_recurrent,
        transformer,
        separable,
        spectral,
        unpadded,
        resized,
        frozen_normalization,
        self_normalizing,
    ],
)
def test_no_check_fails_for_a_network_of_common_layers(middle: Callable[..., Any]) -> None:
    def build(input_shape: Shape, num_classes: int, options: None) -> Any:
        import keras

        inputs = keras.Input(input_shape)
        return keras.Model(inputs, keras.layers.Dense(num_classes)(middle(inputs, keras.layers)))

    report = check(Architecture(name="valid", summary="Common layers", build=build))
    assert not report.failures
