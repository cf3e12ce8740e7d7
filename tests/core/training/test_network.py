"""An architecture that cannot be trained is refused before training, in one sentence."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import pytest

from convlab import (
    Architecture,
    ConfigError,
    DataSettings,
    Experiment,
    PluginError,
    PluginHost,
    TrainSettings,
    hookimpl,
    prepare,
)
from convlab.parts.architecture import Scaling


def host_with(build: Callable[..., Any], scaling: Scaling | None = None) -> PluginHost:
    @hookimpl
    def convlab_architectures() -> list[Architecture]:
        return [Architecture(name="faulty", summary="Faulty", build=build, scaling=scaling)]

    host = PluginHost(third_party=False)
    host.register(SimpleNamespace(convlab_architectures=convlab_architectures), name="faulty-plugin")
    return host


def sequential(*after_flattening: Callable[[], Any]) -> Callable[..., Any]:
    def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
        import keras

        layers = [layer() for layer in after_flattening]
        return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), *layers])

    return build


def dense(units: int, **arguments: Any) -> Callable[[], Any]:
    def layer() -> Any:
        import keras

        return keras.layers.Dense(units, **arguments)

    return layer


def returns(value: Any) -> Callable[..., Any]:
    return lambda input_shape, num_classes, options: value


def raises(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
    raise RuntimeError("no weights for this size")


def unsavable(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
    import keras

    class Unsavable(keras.Model):
        def __init__(self, function: Any) -> None:
            super().__init__()
            self.function = function
            self.logits = keras.layers.Dense(num_classes)

        def call(self, images: Any) -> Any:
            return self.logits(self.function(images))

    return Unsavable(lambda images: keras.ops.reshape(images, (-1, 64)))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (sequential(dense(7)), "must return logits of shape (batch, 10), got shape (batch, 7)"),
        (returns("a model"), "must build a keras.Model, got str"),
        (raises, "failed to build for images of shape (8, 8, 1) and 10 classes: RuntimeError: no weights"),
        (sequential(dense(10, trainable=False)), "has no trainable weights"),
        (
            unsavable,
            "saved after training (NotImplementedError); give each custom class a get_config()",
        ),
    ],
    ids=["wrong width", "not a model", "raises", "frozen", "unsavable"],
)
def test_a_faulty_architecture_is_refused_with_a_way_to_fix_it(
    build: Callable[..., Any], message: str
) -> None:
    with pytest.raises(PluginError) as raised:
        prepare(Experiment(architecture="faulty"), host=host_with(build))
    assert "architecture 'faulty-plugin:faulty'" in str(raised.value)
    assert message in str(raised.value)


@pytest.mark.parametrize("scaling", ["standard", "unit", "none"])
def test_scaling_is_the_first_layer_and_uses_statistics_of_the_training_images_only(
    scaling: Literal["standard", "unit", "none"],
) -> None:
    prepared = prepare(Experiment(architecture="mlp", data=DataSettings(scaling=scaling)))
    images = np.asarray(prepared.data.train.images)
    scaled = np.asarray(prepared.model.get_layer("scaling")(images))
    training_images = images[prepared.split.train].astype(np.float64)
    if scaling == "standard":
        expected = (images - training_images.mean()) / training_images.std()
    else:
        expected = images / (255 if scaling == "unit" else 1)
    np.testing.assert_allclose(scaled, expected, atol=1e-4)
    assert prepared.model.input.dtype == "uint8"


def test_mixed_precision_computes_in_bfloat16_and_returns_float32_logits() -> None:
    import keras

    prepared = prepare(Experiment(train=TrainSettings(precision="mixed_bfloat16")))
    network = prepared.model.get_layer("cnn")
    assert {layer.compute_dtype for layer in network.layers} == {"bfloat16"}
    assert {weight.dtype for weight in network.weights} == {"float32"}
    assert prepared.model.output.dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


def test_automatic_precision_is_bfloat16_for_convolutions_if_the_cpu_supports_it(
    tmp_path: Path,
) -> None:
    from convlab.training.model.device_rules import NATIVE_FLAGS, cpu_flags

    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor: 0\nflags\t\t: fpu avx512f avx512_bf16_emulated\nbugs: none\n")
    assert cpu_flags(cpuinfo) == {"fpu", "avx512f", "avx512_bf16_emulated"}
    assert not NATIVE_FLAGS & cpu_flags(cpuinfo)
    assert cpu_flags(tmp_path / "missing") == frozenset()

    supported = bool(NATIVE_FLAGS & cpu_flags())
    cnn, mlp = (
        prepare(Experiment(architecture=name, train=TrainSettings(precision="auto")))
        for name in ("cnn", "mlp")
    )
    assert (cnn.precision, mlp.precision) == ("mixed_bfloat16" if supported else "float32", "float32")
    assert cnn.model.get_layer("cnn").layers[1].compute_dtype == ("bfloat16" if supported else "float32")


def test_xla_is_on_by_default_only_without_convolutions_and_can_be_set() -> None:
    cases: list[tuple[str, Literal["auto", "on", "off"]]] = [
        ("mlp", "auto"),
        ("cnn", "auto"),
        ("mlp", "off"),
        ("cnn", "on"),
    ]
    chosen = {
        (architecture, choice): prepare(
            Experiment(architecture=architecture, train=TrainSettings(compile=choice))
        ).xla
        for architecture, choice in cases
    }
    assert list(chosen.values()) == [True, False, False, True]


def test_a_layer_that_may_contain_a_convolution_turns_xla_off() -> None:
    import keras

    class Convolving(keras.layers.Dense):
        pass

    assert not prepare(
        Experiment(architecture="faulty"), host=host_with(sequential(lambda: Convolving(10)))
    ).xla


def test_an_architecture_gets_the_scaling_that_it_declares_and_others_are_refused() -> None:
    host = host_with(sequential(dense(10)), scaling="none")
    prepared = prepare(Experiment(architecture="faulty"), host=host)
    assert prepared.resolved.experiment.data.scaling == "none"
    assert prepared.model.get_layer("scaling").scale == 1
    again = prepare(prepared.resolved.experiment, host=host)
    assert again.resolved.experiment == prepared.resolved.experiment
    with pytest.raises(ConfigError, match="needs 'none', got 'unit'; set it to 'none' or omit it"):
        prepare(Experiment(architecture="faulty", data=DataSettings(scaling="unit")), host=host)
    with pytest.raises(ValueError, match="scaling must be one of standard, unit, none, got 'mean'"):
        Architecture(name="raw", summary="Typo", build=sequential(), scaling="mean")  # type: ignore[arg-type]
