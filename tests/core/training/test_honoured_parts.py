"""Whatever Keras object a part brings, both loops and a plain Keras script agree on the weights."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from packaging.version import Version

from convlab import (
    Architecture,
    Experiment,
    Metric,
    Optimizer,
    PluginError,
    PluginHost,
    TrainingError,
    TrainSettings,
    hookimpl,
    prepare,
    run,
)
from convlab.training.preparation import Prepared

Build = Callable[..., Any]


def host_with(*, architecture: Build | None = None, optimizer: Build | None = None) -> PluginHost:
    @hookimpl
    def convlab_architectures() -> list[Architecture]:
        return [Architecture(name="own", summary="Own", build=architecture or dense)]

    @hookimpl
    def convlab_optimizers() -> list[Optimizer]:
        return [Optimizer(name="own", summary="Own", build=optimizer or sgd(), learning_rate=0.01)]

    host = PluginHost(third_party=False)
    hooks = {"convlab_architectures": convlab_architectures, "convlab_optimizers": convlab_optimizers}
    host.register(SimpleNamespace(**hooks), name="plugin")
    return host


def dense(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dense(num_classes),
        ]
    )


def sgd(**options: Any) -> Build:
    return keras_optimizer("SGD", **options)


def keras_optimizer(name: str, **options: Any) -> Build:
    def build(learning_rate: Any, _: None) -> Any:
        import keras

        return getattr(keras.optimizers, name)(learning_rate, **options)

    return build


def loss_scaled(learning_rate: Any, options: None) -> Any:
    import keras

    inner = keras.optimizers.SGD(learning_rate, momentum=0.9)
    return keras.optimizers.LossScaleOptimizer(inner, initial_scale=1024, dynamic_growth_steps=3)


def finalizing(learning_rate: Any, options: None) -> Any:
    import keras

    class Halving(keras.optimizers.SGD):
        def finalize_variable_values(self, var_list: Any) -> None:
            for variable in var_list:
                variable.assign(variable / 2)

    return Halving(learning_rate)


OPTIMIZERS: dict[str, Build] = {
    **{
        name: keras_optimizer(name)
        for name in (
            *("Adadelta", "Adafactor", "Adagrad", "Adam", "Adamax", "AdamW"),
            *("Ftrl", "Lamb", "Lion", "Muon", "Nadam", "RMSprop", "SGD"),
        )
    },
    "loss_scale_factor": sgd(loss_scale_factor=1024),
    "loss scale optimizer": loss_scaled,
    "use_ema": sgd(use_ema=True, ema_momentum=0.5),
    "use_ema, overwriting": sgd(use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3),
    "own finalize_variable_values": finalizing,
    "gradient accumulation": sgd(gradient_accumulation_steps=2),
    "global clip norm and weight decay": sgd(global_clipnorm=0.1, weight_decay=0.01),
    "clip value": keras_optimizer("Adam", clipvalue=0.01, amsgrad=True),
}
EVERYDAY_OPTIMIZERS = {"Adam", "SGD", "loss scale optimizer", "use_ema, overwriting", "gradient accumulation"}


def trained(host: PluginHost, *, loop: str, **settings: Any) -> tuple[list[npt.NDArray[Any]], Any]:
    prepared = prepared_with(host, loop=loop, **settings)
    from convlab.training.trainer import Trainer

    outcome = Trainer(prepared).train()
    return prepared.model.get_weights(), outcome


def prepared_with(host: PluginHost, *, loop: str = "tape", **settings: Any) -> Prepared:
    train = {
        "epochs": 2,
        "batch_size": 64,
        "schedule": "constant",
        "warmup": 0.0,
        "compile": "off",
        "loop": loop,
        **settings.pop("train", {}),
    }
    experiment: dict[str, Any] = {
        "architecture": "plugin:own",
        "optimizer": "plugin:own",
        "data": {"limit": 300},
        **settings,
    }
    return prepare(Experiment(**experiment | {"train": train}), host=host)


def trained_by_keras(host: PluginHost, **settings: Any) -> list[npt.NDArray[Any]]:
    """Train the same model on the same batches with nothing but Keras's own ``fit``."""
    import keras
    import tensorflow as tf

    prepared = prepared_with(host, **settings)
    split, plan = prepared.data.train, prepared.plan
    batches = [
        order[start : start + plan.batch_size]
        for order in (plan.order(prepared.split.train, epoch) for epoch in (1, 2))
        for start in range(0, len(order), plan.batch_size)
    ]
    pairs = tf.data.Dataset.from_generator(
        lambda: ((split.images[batch], split.labels[batch]) for batch in batches),
        output_signature=(
            tf.TensorSpec((None, *split.images.shape[1:]), tf.uint8),
            tf.TensorSpec((None,), tf.int64),
        ),
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    prepared.model.compile(optimizer=prepared.optimizer, loss=loss, jit_compile=False)
    prepared.model.fit(pairs, epochs=1, verbose=0)
    weights: list[npt.NDArray[Any]] = prepared.model.get_weights()
    return weights


def assert_all_agree(host: PluginHost, *, atol: float = 1e-4, **settings: Any) -> None:
    expected = trained_by_keras(host, **settings)
    for loop in ("tape", "fit"):
        weights, _ = trained(host, loop=loop, **settings)
        for of_loop, of_keras in zip(weights, expected, strict=True):
            np.testing.assert_allclose(of_loop, of_keras, atol=atol, err_msg=loop)


@pytest.mark.parametrize(
    "optimizer",
    [
        pytest.param(
            build,
            id=name,
            marks=[
                *([] if name in EVERYDAY_OPTIMIZERS else [pytest.mark.slow]),
                pytest.mark.skipif(
                    name == "Muon" and Version(version("keras")) < Version("3.14"),
                    reason="Muon of this Keras fails in a plain Keras script too",
                ),
            ],
        )
        for name, build in OPTIMIZERS.items()
    ],
)
def test_every_optimizer_of_keras_trains_as_in_a_keras_script(optimizer: Build) -> None:
    assert_all_agree(host_with(optimizer=optimizer))


def with_layer(make: Callable[[], Any]) -> Build:
    def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
        import keras

        inputs = keras.Input(input_shape)
        x = keras.layers.Conv2D(4, 3, padding="same")(inputs)
        x = keras.layers.Flatten()(make()(x))
        return keras.Model(inputs, keras.layers.Dense(num_classes)(x))

    return build


def added_loss(value: Callable[[Any], Any]) -> Callable[[], Any]:
    def make() -> Any:
        import keras

        class Adding(keras.layers.Layer):
            def call(self, inputs: Any) -> Any:
                self.add_loss(value(inputs))
                return inputs

        return Adding()

    return make


def own_moments() -> Any:
    import keras

    class Centered(keras.layers.BatchNormalization):
        def _moments(self, inputs: Any, mask: Any) -> Any:
            mean, variance = super()._moments(inputs, mask)
            return mean, keras.ops.ones_like(variance)

    return Centered()


def batch_norm(**options: Any) -> Callable[[], Any]:
    def make() -> Any:
        import keras

        return keras.layers.BatchNormalization(**options)

    return make


def mean_of_squares(inputs: Any) -> Any:
    import keras

    return 0.1 * keras.ops.mean(keras.ops.square(inputs))


def per_channel(inputs: Any) -> Any:
    import keras

    return 0.1 * keras.ops.mean(keras.ops.square(inputs), axis=(0, 1, 2))


LAYERS: dict[str, Callable[[], Any]] = {
    "batch norm": batch_norm(),
    "batch norm over height": batch_norm(axis=1),
    "batch norm without scale": batch_norm(scale=False, momentum=0.5),
    "a batch norm with its own moments": own_moments,
    "a scalar add_loss": added_loss(mean_of_squares),
    "a vector add_loss": added_loss(per_channel),
}


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS.keys())
def test_every_kind_of_layer_trains_as_in_a_keras_script(make: Callable[[], Any]) -> None:
    assert_all_agree(host_with(architecture=with_layer(make)), atol=1e-3)  # rounding of the fused operation


@pytest.mark.parametrize("make", [added_loss(mean_of_squares), batch_norm()], ids=["add_loss", "batch norm"])
def test_losses_and_batch_norm_work_in_bfloat16(make: Callable[[], Any]) -> None:
    host = host_with(architecture=with_layer(make))
    for loop in ("tape", "fit"):
        _, outcome = trained(host, loop=loop, train={"precision": "mixed_bfloat16"})
        assert np.isfinite(outcome.test["loss"])


def test_averaged_weights_are_what_is_validated_tested_and_restored() -> None:
    host = host_with(optimizer=sgd(use_ema=True, ema_momentum=0.9))
    prepared = prepared_with(host, train={"epochs": 3, "restore_best": True, "learning_rate": 0.1})
    from convlab.training.trainer import Trainer

    outcome = Trainer(prepared).train()
    weights = prepared.model.get_weights()
    raw, raw_outcome = trained(host_with(), loop="tape", train={"epochs": 3, "learning_rate": 0.1})
    assert outcome.epochs[-1]["loss"] == pytest.approx(raw_outcome.epochs[-1]["loss"])  # training is the same
    assert outcome.epochs[-1]["val_loss"] != pytest.approx(raw_outcome.epochs[-1]["val_loss"], abs=1e-3)
    assert not np.allclose(weights[-1], raw[-1])

    import keras

    images, labels = prepared.data.train
    held_out = prepared.validation.indices
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    again = float(loss(labels[held_out], prepared.model(images[held_out], training=False)))
    best = min(record["val_loss"] for record in outcome.epochs)
    assert again == pytest.approx(best, abs=1e-4)


def test_the_loss_includes_regularization_in_training_validation_and_test() -> None:
    def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
        import keras

        layer = keras.layers.Dense(num_classes, kernel_regularizer=keras.regularizers.L2(10.0))
        return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), layer])

    _, outcome = trained(host_with(architecture=build), loop="tape", train={"learning_rate": 1e-6})
    record = outcome.epochs[0]
    assert record["loss"] > 10
    assert record["val_loss"] == pytest.approx(record["loss"], rel=0.2)
    assert outcome.test["loss"] == pytest.approx(record["loss"], rel=0.2)


def overriding(method: str, *, of_class: bool = True) -> Build:
    def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
        import keras

        def override(*arguments: Any, **keywords: Any) -> None: ...

        own = type("Own", (keras.Model,), {method: override} if of_class else {})
        inputs = keras.Input(input_shape)
        outputs = keras.layers.Dense(num_classes)(keras.layers.Flatten()(inputs))
        model = own(inputs, outputs)
        if not of_class:
            setattr(model, method, override)
        return model

    return build


@pytest.mark.parametrize("of_class", [True, False], ids=["of the class", "of the model"])
@pytest.mark.parametrize(
    "method",
    [
        *("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics", "fit", "compile"),
        *("reset_metrics", "get_metrics_result", "train_on_batch", "make_test_function"),
    ],
)
def test_a_model_that_overrides_a_step_of_fit_is_refused_by_name(method: str, of_class: bool) -> None:
    with pytest.raises(
        PluginError, match=rf"architecture 'plugin:own' overrides {method}\(\), which convlab"
    ):
        prepared_with(host_with(architecture=overriding(method, of_class=of_class)))


def test_a_model_with_a_metric_of_its_own_is_refused() -> None:
    def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
        model = dense(input_shape, num_classes, options)
        import keras

        class Counting(keras.Model):
            def __init__(self) -> None:
                super().__init__()
                self.inner = model
                self.seen = keras.metrics.Mean(name="seen")

            def call(self, images: Any) -> Any:
                self.seen.update_state(images)
                return self.inner(images)

        return Counting()

    with pytest.raises(PluginError, match="has the metric 'seen', which convlab does not report"):
        prepared_with(host_with(architecture=build))


def compiled(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
    model = dense(input_shape, num_classes, options)
    model.compile(optimizer="sgd", loss="mse")
    return model


def in_bfloat16(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16")
    return dense(input_shape, num_classes, options)


def test_a_compiled_model_and_one_with_its_own_dtype_policy_are_refused() -> None:
    import keras

    with pytest.raises(PluginError, match=r"builds a compiled model; remove compile\(\)"):
        prepared_with(host_with(architecture=compiled))
    with pytest.raises(
        PluginError, match="with dtype policy mixed_bfloat16, but the run computes in float32"
    ):
        prepared_with(host_with(architecture=in_bfloat16))
    assert keras.config.dtype_policy().name == "float32"


def test_layers_that_an_architecture_caches_between_builds_are_refused() -> None:
    cache: dict[str, Any] = {}

    def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
        import keras

        head = cache.setdefault("head", keras.layers.Dense(num_classes))
        return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), head])

    host = host_with(architecture=build)
    first = prepared_with(host)
    with pytest.raises(
        PluginError, match=r"reuses the layer 'dense.*' of an earlier build, with its weights"
    ):
        prepared_with(host)
    assert first.model.count_params() > 0


def test_a_metric_that_returns_several_numbers_is_refused_before_training() -> None:
    def build(num_classes: int, options: None) -> Any:
        import keras

        class Two(keras.metrics.Mean):
            def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
                super().update_state(labels)

            def result(self) -> Any:
                return {"one": super().result(), "two": super().result()}

        return Two()

    @hookimpl
    def convlab_metrics() -> list[Metric]:
        return [Metric(name="two", summary="Two", build=build)]

    host = host_with()
    host.register(SimpleNamespace(convlab_metrics=convlab_metrics), name="metrics")
    with pytest.raises(PluginError, match="metric 'metrics:two' must return one number; got dict"):
        prepared_with(host, metrics=("metrics:two",))


def test_a_monitored_value_that_is_never_a_number_warns_and_does_not_stop_the_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def build(num_classes: int, options: None) -> Any:
        import keras

        return keras.metrics.MeanMetricWrapper(
            lambda labels, logits: keras.ops.full_like(logits[:, 0], float("nan"))
        )

    @hookimpl
    def convlab_metrics() -> list[Metric]:
        return [Metric(name="never", summary="Never a number", build=build)]

    host = host_with()
    host.register(SimpleNamespace(convlab_metrics=convlab_metrics), name="metrics")
    train = {"epochs": 4, "patience": 1, "monitor": "val_never"}
    _, outcome = trained(host, loop="tape", metrics=("metrics:never",), train=train)
    assert (outcome.stop_reason, len(outcome.epochs)) == ("epochs", 4)
    assert "val_never is nan in epoch 1, so it cannot rank epochs" in caplog.text


def failing_call(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
    import keras

    class Failing(keras.layers.Layer):
        def call(self, inputs: Any, training: Any = None) -> Any:
            if training:
                raise ValueError("not\nwhile training")  # the line that the message names
            return inputs

    return keras.Sequential(
        [keras.Input(input_shape), Failing(), keras.layers.Flatten(), keras.layers.Dense(num_classes)]
    )


def failing_operation(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
    import keras
    import tensorflow as tf

    class Failing(keras.layers.Layer):
        def call(self, inputs: Any, training: Any = None) -> Any:
            check = tf.debugging.assert_less(tf.reduce_max(inputs), -1e9, message="the pixels are too bright")
            with tf.control_dependencies([check] if training else []):
                return tf.identity(inputs)

    return keras.Sequential(
        [keras.Input(input_shape), Failing(), keras.layers.Flatten(), keras.layers.Dense(num_classes)]
    )


@pytest.mark.parametrize("loop", ["tape", "fit"])
@pytest.mark.parametrize(
    ("build", "message"),
    [(failing_call, "not while training"), (failing_operation, "the pixels are too bright")],
    ids=["while tracing", "while running"],
)
def test_a_step_that_fails_names_the_part_the_line_and_the_reason(
    build: Build, message: str, loop: str
) -> None:
    with pytest.raises(TrainingError) as raised:
        trained(host_with(architecture=build), loop=loop)
    text = str(raised.value)
    assert "architecture 'plugin:own'" in text
    assert message in text
    assert "Graph execution error" not in text
    assert len(text.splitlines()) == 1
    if build is failing_call:
        assert __file__ in text


def test_a_saved_model_that_computes_something_else_does_not_finish_the_run(tmp_path: Path) -> None:
    def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
        import keras

        @keras.saving.register_keras_serializable(package="forgetful")
        class Scale(keras.layers.Layer):
            def __init__(self, factor: float = 1.0, **keywords: Any) -> None:
                super().__init__(**keywords)
                self.factor = factor

            def get_config(self) -> dict[str, Any]:
                return {"name": self.name}  # and forgets the factor

            def call(self, inputs: Any) -> Any:
                return self.factor * inputs

        layers = [Scale(5.0), keras.layers.Flatten(), keras.layers.Dense(num_classes)]
        return keras.Sequential([keras.Input(input_shape), *layers])

    experiment = Experiment(architecture="plugin:own", train=TrainSettings(epochs=1, max_steps=5))
    with pytest.raises(PluginError, match="architecture 'plugin:own': the saved model computes other logits"):
        run(experiment, host=host_with(architecture=build), runs_dir=tmp_path, name="r", progress=False)
    assert not (tmp_path / "r" / "summary.json").exists()
    assert (tmp_path / "r" / "checkpoints" / "last.safetensors").exists()


@pytest.mark.parametrize("floatx", ["float16", "float64"])
def test_a_run_ignores_the_floatx_and_image_data_format_it_finds_and_restores_them(floatx: str) -> None:
    import keras

    settings = {"metrics": ("accuracy", "macro_f1"), "train": {"epochs": 1}}
    _, expected = trained(host_with(), loop="tape", **settings)
    before = keras.config.floatx(), keras.config.image_data_format()
    keras.config.set_floatx(floatx)
    keras.config.set_image_data_format("channels_first")
    try:
        _, found = trained(host_with(), loop="tape", **settings)
        assert (keras.config.floatx(), keras.config.image_data_format()) == (floatx, "channels_first")
    finally:
        keras.config.set_floatx(before[0])
        keras.config.set_image_data_format(before[1])
    assert found.test == expected.test
