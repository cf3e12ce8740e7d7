"""The checks raise no false alarm on valid but unusual networks."""

from collections.abc import Callable
from typing import Any

from convlab import Architecture
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


@parametrize_with_checks(
    Architecture(name="valid", summary="Random, normalizing, zero-initialized and shared layers", build=build)
)
def test_a_valid_network_passes_every_check(check: Callable[[], None]) -> None:
    check()
