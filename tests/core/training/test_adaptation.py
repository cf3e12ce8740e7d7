"""Layers that are fitted to data get the training images, as the layer receives them."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convlab import (
    Architecture,
    DataSettings,
    Experiment,
    PluginError,
    PluginHost,
    hookimpl,
    prepare,
    resume,
    run,
)


def host_with(build: Callable[..., Any]) -> PluginHost:
    @hookimpl
    def convlab_architectures() -> list[Architecture]:
        return [Architecture(name="own", summary="An architecture of a test", build=build)]

    host = PluginHost(third_party=False)
    host.register(SimpleNamespace(convlab_architectures=convlab_architectures))
    return host


def doubles_and_normalizes(input_shape: Any, num_classes: int, options: None) -> Any:
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(2.0),
            layers.Normalization(name="fitted"),
            layers.Normalization(mean=0.0, variance=1.0, name="given"),
            layers.Flatten(),
            layers.Dense(num_classes),
        ]
    )


def test_a_normalization_layer_is_adapted_to_its_inputs_unless_it_was_given_its_statistics() -> None:
    experiment = Experiment(architecture="own", data=DataSettings(scaling="unit"))
    prepared = prepare(experiment, host=host_with(doubles_and_normalizes))
    network = prepared.model.layers[2]
    images = np.asarray(prepared.data.train.images)[prepared.split.train] / 255 * 2
    fitted, given = network.get_layer("fitted"), network.get_layer("given")
    assert float(np.asarray(fitted.mean).squeeze()) == pytest.approx(images.mean(), rel=1e-4)
    assert float(np.asarray(fitted.variance).squeeze()) == pytest.approx(images.var(), rel=1e-4)
    assert float(np.asarray(given.mean).squeeze()) == 0.0


@pytest.mark.parametrize(
    ("nested", "message"),
    [(False, "failed: ValueError: no such thing"), (True, r"has adapt\(\), but its inputs are unknown")],
)
def test_a_layer_that_fails_or_whose_inputs_are_unknown_is_named(nested: bool, message: str) -> None:
    def build(input_shape: Any, num_classes: int, options: None) -> Any:
        import keras

        @keras.saving.register_keras_serializable(package="adapting")
        class Failing(keras.layers.Layer):
            def call(self, images: Any) -> Any:
                return images

            def adapt(self, batches: Any) -> None:
                raise ValueError("no such thing")

        @keras.saving.register_keras_serializable(package="adapting")
        class Outer(keras.layers.Layer):
            def __init__(self, **options: Any) -> None:
                super().__init__(**options)
                self.inner = Failing(name="broken")

            def call(self, images: Any) -> Any:
                return self.inner(images)

        first = Outer() if nested else Failing(name="broken")
        rest = [keras.layers.Flatten(), keras.layers.Dense(num_classes)]
        return keras.Sequential([keras.Input(input_shape), first, *rest])

    with pytest.raises(PluginError, match=f"the layer 'broken' {message}"):
        prepare(Experiment(architecture="own"), host=host_with(build))


@pytest.mark.slow
def test_a_run_with_adapted_layers_repeats_resumes_and_saves_them(tmp_path: Path) -> None:
    host = PluginHost(third_party=False)
    settings: dict[str, Any] = {
        "architecture": "fastnet",
        "architecture_options": {"filters": [8]},
        "data": {"limit": 300},
    }
    train: dict[str, Any] = {"schedule": "constant", "warmup": 0.0}

    def trained(name: str, max_steps: int) -> Any:
        experiment = Experiment.model_validate(settings | {"train": train | {"max_steps": max_steps}})
        return run(experiment, host=host, runs_dir=tmp_path, name=name, progress=False)

    unbroken = trained("unbroken", 6)
    trained("stopped", 3)
    resumed = resume("stopped", train={"max_steps": 6}, host=host, runs_dir=tmp_path, progress=False)
    pairs = zip(unbroken.model.get_weights(), resumed.model.get_weights(), strict=True)
    assert all(np.array_equal(first, second) for first, second in pairs)
    from convlab import open_run

    loaded = open_run("unbroken", runs_dir=tmp_path).load_model(host)
    images = np.zeros((2, 8, 8, 1), np.uint8)
    np.testing.assert_allclose(loaded(images), unbroken.model(images), atol=1e-5)
