"""The loss of an experiment is what both loops minimize, what reports show and what `evaluate` computes."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convlab import (
    ConfigError,
    DataSettings,
    Experiment,
    Loss,
    PluginError,
    PluginHost,
    evaluate,
    hookimpl,
    prepare,
    run,
)

MLP: dict[str, Any] = {"architecture": "mlp", "architecture_options": {"hidden": [16]}}


def host_with(build: Callable[..., Any]) -> PluginHost:
    @hookimpl
    def convlab_losses() -> list[Loss]:
        return [Loss(name="own", summary="A loss of a test", build=build)]

    host = PluginHost(third_party=False)
    host.register(SimpleNamespace(convlab_losses=convlab_losses))
    return host


def returns_one_value_per_image(class_counts: Any, options: None) -> Any:
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")


def requires_one_hot_labels(class_counts: Any, options: None) -> Any:
    import keras

    return keras.losses.CategoricalCrossentropy(from_logits=True)


def divides_by_zero(class_counts: Any, options: None) -> Any:
    import keras

    class Infinite(keras.losses.Loss):
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return 1 / keras.ops.sum(y_pred, axis=-1)

    return Infinite()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda counts, options: len, "must build a keras Loss, got builtin_function_or_method"),
        (lambda counts, options: counts[99], "failed: IndexError"),
        (returns_one_value_per_image, "must return the mean of the batch, got an array of shape"),
        (requires_one_hot_labels, r"failed on labels of shape \(batch,\) and logits of shape \(batch, 10\)"),
        (divides_by_zero, "must return a finite number, got inf for logits of zero"),
    ],
)
def test_a_loss_that_cannot_be_minimized_is_refused_before_training(build: Any, message: str) -> None:
    with pytest.raises(PluginError, match=f"loss 'notebook:own' {message}"):
        prepare(Experiment(**MLP, loss="own"), host=host_with(build))


def test_an_error_in_its_options_names_the_setting() -> None:
    options = {"class_weights": [1.0, 2.0]}
    with pytest.raises(ConfigError, match=r"`loss_options\.class_weights`: expected 10 weights"):
        prepare(Experiment(**MLP, loss_options=options), host=PluginHost(third_party=False))


def test_both_loops_minimize_it_and_evaluate_computes_it_again(tmp_path: Path) -> None:
    host = PluginHost(third_party=False)
    options: dict[str, Any] = {"label_smoothing": 0.1, "class_weights": "balanced"}
    runs = {}
    for loop in ("tape", "fit"):
        settings: dict[str, Any] = {
            "data": {"classes": [1, 2, 8], "limit": 200},
            "train": {"epochs": 2, "loop": loop, "compile": "off"},
        }
        experiment = Experiment(**MLP, loss="focal", loss_options=options, **settings)
        runs[loop] = run(experiment, host=host, runs_dir=tmp_path, name=loop, progress=False)
    tape, fit = runs["tape"], runs["fit"]
    for mine, other in zip(tape.model.get_weights(), fit.model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)
    assert tape.epochs[-1]["loss"] == pytest.approx(fit.epochs[-1]["loss"], abs=1e-4)
    assert evaluate("tape", runs_dir=tmp_path, host=host).metrics == pytest.approx(tape.test)
    plain = run(
        Experiment(**MLP, data=tape.experiment.data, train=tape.experiment.train),
        host=host, runs_dir=tmp_path, name="plain", progress=False,
    )  # fmt: skip
    assert plain.epochs[-1]["loss"] != pytest.approx(tape.epochs[-1]["loss"], abs=0.01)


def test_a_loss_learns_how_many_images_of_each_class_train() -> None:
    received = []

    def build(class_counts: tuple[int, ...], options: None) -> Any:
        received.append(class_counts)
        return __import__("keras").losses.SparseCategoricalCrossentropy(from_logits=True)

    prepared = prepare(
        Experiment(**MLP, loss="own", data=DataSettings(limit=100, validation=0.0)), host=host_with(build)
    )
    labels = prepared.data.train.labels[prepared.split.train]
    assert received == [tuple(np.bincount(labels, minlength=10).tolist())]
    assert sum(received[0]) == 100
