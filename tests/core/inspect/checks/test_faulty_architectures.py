"""For each mistake in an architecture, one check fails and suggests the fix."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab import Architecture, ConfigError, check

Shape = tuple[int, int, int]


def small(input_shape: Shape, num_classes: int, *middle: Any, activation: str | None = None) -> Any:
    import keras

    layers = [keras.Input(input_shape), *middle, keras.layers.Flatten()]
    return keras.Sequential([*layers, keras.layers.Dense(num_classes, activation=activation)])


def softmax_output(input_shape: Shape, num_classes: int, options: None) -> Any:
    return small(input_shape, num_classes, activation="softmax")


def unused_weight(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    class Wasteful(keras.layers.Dense):
        def build(self, shape: Any) -> None:
            super().build(shape)
            self.spare = self.add_weight(shape=(3, 3), name="spare")

    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), Wasteful(num_classes)])


def not_a_number(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    class Standardize(keras.layers.Layer):
        def call(self, images: Any) -> Any:
            deviation = keras.ops.std(images, axis=(1, 2, 3), keepdims=True)
            return (images - keras.ops.mean(images, axis=(1, 2, 3), keepdims=True)) / deviation

    return small(input_shape, num_classes, Standardize())


def depends_on_the_batch(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    class Center(keras.layers.Layer):
        def call(self, images: Any) -> Any:
            return images - keras.ops.mean(images, axis=0, keepdims=True)

    return small(input_shape, num_classes, Center())


def fixed_input_size(input_shape: Shape, num_classes: int, options: None) -> Any:
    return small((28, 28, 1), num_classes)


def keeps_state(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    class Momentum(keras.layers.Layer):
        last: Any = 0.0

        def call(self, images: Any) -> Any:
            mean = keras.ops.mean(images, axis=(1, 2, 3), keepdims=True)
            shifted = images + self.last
            self.last = float(np.asarray(mean).mean()) if hasattr(mean, "numpy") else 0.0
            return shifted

    return small(input_shape, num_classes, Momentum())


def counts_in_inference(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    class Counter(keras.layers.Layer):
        def build(self, shape: Any) -> None:
            self.calls = self.add_weight(name="calls", initializer="zeros", trainable=False)

        def call(self, images: Any) -> Any:
            self.calls.assign_add(1.0)
            return images

    return small(input_shape, num_classes, Counter())


def unseeded_numpy(input_shape: Shape, num_classes: int, options: None) -> Any:
    model = small(input_shape, num_classes)
    rng = np.random.default_rng()
    model.set_weights([rng.normal(scale=0.01, size=weight.shape) for weight in model.weights])
    return model


def cannot_be_saved(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    return small(input_shape, num_classes, keras.layers.Lambda(lambda images: images * 2))


def wrong_width(input_shape: Shape, num_classes: int, options: None) -> Any:
    return small(input_shape, 10)


def random_in_training(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras
    import tensorflow as tf

    class Noise(keras.layers.Layer):
        def call(self, images: Any, training: bool = False) -> Any:
            return images + tf.random.normal(tf.shape(images)) if training else images

    return small(input_shape, num_classes, Noise())


def fixed_seeds(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    hidden = keras.layers.Dense(8, kernel_initializer=keras.initializers.HeNormal(seed=42))
    return small(input_shape, num_classes, keras.layers.Flatten(), hidden)


def seeds_itself(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    keras.utils.set_random_seed(1)
    return small(input_shape, num_classes)


CACHE: dict[str, Any] = {}


def caches_a_layer(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    activation = CACHE.setdefault("activation", keras.layers.PReLU(shared_axes=[1, 2, 3]))
    return small(
        input_shape, num_classes, keras.layers.Flatten(), keras.layers.Reshape((-1, 1, 1)), activation
    )


def own_dtype_policy(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    return small(input_shape, num_classes, keras.layers.Conv2D(4, 3, dtype="mixed_float16"))


def forgets_an_argument(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class Scaled(keras.layers.Layer):
        def __init__(self, scale: float = 1.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.scale = scale

        def call(self, images: Any) -> Any:
            return images * self.scale

        def get_config(self) -> dict[str, Any]:
            return dict(super().get_config())

    return small(input_shape, num_classes, Scaled())


def plain_variable(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable(package="convlab_tests")
    class Gain(keras.layers.Layer):
        def build(self, shape: Any) -> None:
            self.gain = tf.Variable(1.0, name="gain")

        def call(self, images: Any) -> Any:
            return images * tf.cast(self.gain, images.dtype)

    return small(input_shape, num_classes, Gain())


def normalizes_without_statistics(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    return small(input_shape, num_classes, keras.layers.Normalization())


def scales_pixels_again(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    return small(input_shape, num_classes, keras.layers.Rescaling(1 / 255))


def crops_to_a_fixed_size(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    inputs = keras.Input(input_shape)
    outputs = keras.layers.Dense(num_classes)(keras.layers.Flatten()(inputs[:, :28, :28]))
    return keras.Model(inputs, outputs)


def reads_the_red_channel_alone(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    inputs = keras.Input(input_shape)
    outputs = keras.layers.Dense(num_classes)(keras.layers.Flatten()(inputs[..., :1]))
    return keras.Model(inputs, outputs)


def fixed_batch_size(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    inputs = keras.Input(input_shape)
    flat = keras.ops.reshape(inputs, (32, math.prod(input_shape)))
    return keras.Model(inputs, keras.layers.Dense(num_classes)(flat))


def never_updates_its_averages(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    class Frozen(keras.layers.BatchNormalization):
        def call(self, images: Any, training: bool | None = None) -> Any:
            return super().call(images, training=False)

    return small(input_shape, num_classes, Frozen())


def dropout_in_inference(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    class Always(keras.layers.Dropout):
        def call(self, images: Any, training: bool = False) -> Any:
            return super().call(images, training=True)

    return small(input_shape, num_classes, Always(0.5))


def its_own_training_step(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    class Stepping(keras.Sequential):
        def train_step(self, data: Any) -> Any:
            return super().train_step(data)

    return Stepping([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(num_classes)])


def several_outputs(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    inputs = keras.Input(input_shape)
    flat = keras.layers.Flatten()(inputs)
    return keras.Model(inputs, [keras.layers.Dense(num_classes)(flat), keras.layers.Dense(num_classes)(flat)])


def has_a_slip(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    return small(input_shape, num_classes, keras.layers.Con2D(8, 3))


def float32_constant(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras
    import tensorflow as tf

    class Scale(keras.layers.Layer):
        def call(self, images: Any) -> Any:
            return tf.multiply(images, tf.constant(2.0, tf.float32))

    return small(input_shape, num_classes, Scale())


def numpy_in_the_step(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    class Noise(keras.layers.Layer):
        def call(self, images: Any, training: bool = False) -> Any:
            return images + np.random.normal(size=images.shape) if training else images

    return small(input_shape, num_classes, Noise())


def cannot_learn(input_shape: Shape, num_classes: int, options: None) -> Any:
    import keras

    tiny = keras.initializers.RandomUniform(-1e-3, 1e-3)
    layers = [keras.layers.Dense(4, "sigmoid", kernel_initializer=tiny) for _ in range(8)]
    return keras.Sequential(
        [keras.Input(input_shape), keras.layers.GlobalMaxPool2D(), *layers, keras.layers.Dense(num_classes)]
    )


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (softmax_output, "returns_logits", "ends in a softmax", "without an activation"),
    (unused_weight, "every_weight_gets_a_gradient", "no gradient reaches", "use the layer's output"),
    (not_a_number, "finite_output", "the output for images filled with 0 is nan", "division by zero"),
    (
        depends_on_the_batch,
        "batch_independent",
        "evaluated alone, an image has different logits",
        "batch axis",
    ),
    (fixed_input_size, "builds_for_32x32x3", "received input with shape (2, 3072)", "build from input_shape"),
    (keeps_state, "inference_is_deterministic", "a later call returns different logits", "keep no state"),
    (counts_in_inference, "inference_changes_nothing", "/calls", "only if training is true"),
    (unseeded_numpy, "same_seed_same_weights", "two builds from seed 0 differ", "np.random.default_rng()"),
    (cannot_be_saved, "saves_and_loads", "the saved model cannot be loaded", "do not use Lambda layers"),
    (
        wrong_width,
        "output_width",
        "expected outputs of shape (2, 2), got (2, 10)",
        "end in Dense(num_classes)",
    ),
    (random_in_training, "training_repeats_from_its_state", "differ by up to", "SeedGenerator"),
    (fixed_seeds, "other_seed_other_weights", "seeds 0 and 1 give the same", "do not pass a seed"),
    (
        seeds_itself,
        "other_seed_other_weights",
        "give the same",
        "set a seed",
    ),
    (caches_a_layer, "builds_for_28x28x1", "reuses the layer 'p_re_lu", "build"),
    (own_dtype_policy, "builds_for_28x28x1", "leave the policy to `train.precision`", "build"),
    (forgets_an_argument, "configs_are_complete", "get_config() of Scaled lacks", "every argument"),
    (plain_variable, "keras_lists_every_variable", "gain", "self.add_weight"),
    (normalizes_without_statistics, "normalizations_have_statistics", "never adapted", "pass mean"),
    (scales_pixels_again, "scales_pixels_once", "because of the layer 'rescaling", "remove the scaling"),
    (crops_to_a_fixed_size, "uses_the_whole_image", "75% of an image of 64×64×3", "build from input_shape"),
    (reads_the_red_channel_alone, "uses_the_whole_image", "channel 1 of 3 has no influence", "all three"),
    (fixed_batch_size, "builds_for_28x28x1", "with 2 classes", "build"),
    (never_updates_its_averages, "training_updates_moving_averages", "frozen", "training=False"),
    (dropout_in_inference, "inference_is_deterministic", "a later call", "training=False"),
    (its_own_training_step, "builds_for_28x28x1", "overrides train_step()", "build"),
    (several_outputs, "output_width", "expected one tensor", "return only the logits"),
    (has_a_slip, "builds_for_28x28x1", "has no attribute 'Con2D'", "fix the code in this line"),
    (float32_constant, "works_in_mixed_bfloat16", "bfloat16", "cast constants"),
    (numpy_in_the_step, "trains_in_the_graph_loop", "TypeError", "keras.ops"),
    (cannot_learn, "overfits_one_batch", "a uniform guess has 2.30", "initial weights that are too small"),
]


@pytest.mark.parametrize(
    ("build", "name", "found", "fix"), CASES, ids=lambda case: getattr(case, "__name__", "")
)
def test_exactly_one_check_fails_for_each_mistake(
    assert_caught: Callable[..., None], build: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    part = Architecture(name="faulty", summary="A network with a mistake", build=build)
    assert_caught(part, name, found, fix)


def only_large(input_shape: Shape, num_classes: int, options: None) -> Any:
    if min(input_shape[:2]) < 32:
        raise ConfigError(f"images of {input_shape} are too small; the smallest size is 32×32")
    return small(input_shape, num_classes)


def test_rejecting_a_shape_with_a_config_error_skips_the_check() -> None:
    report = check(Architecture(name="large", summary="For large images", build=only_large))
    skipped = {result.check: result.message for result in report.results if result.status == "skipped"}
    assert report.ok
    assert set(skipped) == {"builds_for_28x28x1", "builds_for_17x23x3"}
    assert skipped["builds_for_28x28x1"] == "images of (28, 28, 1) are too small; the smallest size is 32×32"
