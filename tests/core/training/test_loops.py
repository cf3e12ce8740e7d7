"""The tape loop and the fit loop use the same batches and give the same weights and metrics."""

import gc
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest

from convlab import Experiment, PluginHost, prepare
from convlab.testing import TinyTask
from convlab.training.preparation import Prepared


@pytest.fixture(scope="module")
def host() -> PluginHost:
    return PluginHost(third_party=False)


def trained(
    host: PluginHost, data_dir: Path | None, **settings: Any
) -> tuple[list[npt.NDArray[np.float32]], list[dict[str, Any]], dict[str, float], Prepared]:
    prepared = prepare(Experiment(**settings), host=host, data_dir=data_dir)
    from convlab.training.trainer import Trainer

    outcome = Trainer(prepared).train()
    return prepared.model.get_weights(), outcome.epochs, outcome.test, prepared


def without_timings(epochs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in epoch.items() if k not in ("seconds", "images_per_second")} for epoch in epochs]


CASES = {
    "dropout": {"architecture": "cnn", "architecture_options": {"filters": [8, 16], "dense": [32]}},
    "batch norm and momentum": {
        "architecture": "cnn",
        "architecture_options": {"filters": [8], "dense": [16], "batch_normalization": True},
        "optimizer": "sgd",
        "train": {"learning_rate": 0.01},  # rounding grows with the rate
    },
    "XLA": {
        "architecture": "mlp",
        "architecture_options": {"hidden": [32], "dropout": 0.2},
        "metrics": ["accuracy", "top_k_accuracy", "macro_f1"],
    },
    "bfloat16": {
        "architecture": "cnn",
        "architecture_options": {"filters": [8], "dense": []},
        "train": {"precision": "mixed_bfloat16"},
    },
    "stopping early": {"architecture": "mlp", "train": {"max_steps": 70, "compile": "off"}},
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_tape_and_fit_give_the_same_weights_and_metrics(
    host: PluginHost, small_mnist_dir: Path, case: dict[str, Any]
) -> None:
    # With 3,600 images and a batch size of 64, the last batch is smaller.
    train = {"epochs": 2, "batch_size": 64, **case.get("train", {})}
    settings = {"dataset": "mnist", **case}
    tape, fit = (
        trained(host, small_mnist_dir, **settings | {"train": {**train, "loop": loop}})
        for loop in ("tape", "fit")
    )
    for tape_weights, fit_weights in zip(tape[0], fit[0], strict=True):
        np.testing.assert_allclose(tape_weights, fit_weights, atol=1e-4)
    for tape_epoch, fit_epoch in zip(without_timings(tape[1]), without_timings(fit[1]), strict=True):
        assert tape_epoch == pytest.approx(fit_epoch, abs=1e-3)
    assert tape[2] == pytest.approx(fit[2], abs=1e-3)


@pytest.mark.parametrize(
    "parts",
    [
        {"architecture": "mlp", "architecture_options": {"hidden": [16]}},
        {
            "architecture": "cnn",
            "architecture_options": {"filters": [8], "dense": [], "batch_normalization": True},
            "optimizer": "sgd",
            "train": {"learning_rate": 0.005},  # rounding grows with the rate
        },
    ],
    ids=["XLA", "fused batch norm"],
)
def test_a_graph_of_many_steps_equals_a_plain_keras_loop(
    host: PluginHost, small_mnist_dir: Path, parts: dict[str, Any]
) -> None:
    import keras
    import tensorflow as tf

    settings: dict[str, Any] = {
        **parts,
        "dataset": "mnist",
        "data": {"limit": 500},
        "train": {"epochs": 1, "batch_size": 64, **parts.get("train", {})},
    }
    weights, epochs, _, _ = trained(host, small_mnist_dir, **settings)

    plain = prepare(Experiment(**settings), host=host, data_dir=small_mnist_dir)
    loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    order = plain.plan.order(plain.split.train, epoch=1)
    losses = []
    for start in range(0, len(order), 64):
        batch = order[start : start + 64]
        with tf.GradientTape() as tape:
            logits = plain.model(plain.data.train.images[batch], training=True)
            loss = loss_function(plain.data.train.labels[batch], logits)
        gradients = tape.gradient(loss, plain.model.trainable_variables)
        plain.optimizer.apply_gradients(zip(gradients, plain.model.trainable_variables, strict=True))
        losses.append(float(loss) * len(batch))

    assert epochs[0]["loss"] == pytest.approx(sum(losses) / len(order), abs=1e-4)
    for actual, expected in zip(weights, plain.model.get_weights(), strict=True):
        np.testing.assert_allclose(actual, expected, atol=1e-4)


@pytest.mark.slow
def test_both_loops_include_the_weight_penalties_of_an_architecture(host: PluginHost) -> None:
    from types import SimpleNamespace

    from convlab import Architecture, hookimpl

    def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
        import keras

        dense = keras.layers.Dense(num_classes, kernel_regularizer=keras.regularizers.L2(1.0))
        return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), dense])

    @hookimpl
    def convlab_architectures() -> list[Architecture]:
        return [Architecture(name="penalized", summary="An L2 penalty on its weights", build=build)]

    own_host = PluginHost(third_party=False)
    own_host.register(SimpleNamespace(convlab_architectures=convlab_architectures))
    plain = {"epochs": 3, "compile": "off"}
    tape, fit = (
        trained(own_host, None, architecture="penalized", train=plain | {"loop": loop})
        for loop in ("tape", "fit")
    )
    unpenalized = trained(
        own_host, None, architecture="mlp", architecture_options={"hidden": []}, train=plain
    )
    np.testing.assert_allclose(tape[0][0], fit[0][0], atol=1e-4)
    assert tape[1][-1]["loss"] == pytest.approx(fit[1][-1]["loss"], abs=1e-3)
    assert np.abs(tape[0][0]).mean() < 0.8 * np.abs(unpenalized[0][0]).mean()


def test_the_same_seed_repeats_bit_for_bit_and_another_seed_does_not(host: PluginHost) -> None:
    first, repeated, other = (trained(host, None, train={"epochs": 2, "seed": seed}) for seed in (3, 3, 4))
    assert without_timings(first[1]) == without_timings(repeated[1])
    assert first[2] == repeated[2]
    assert all(np.array_equal(a, b) for a, b in zip(first[0], repeated[0], strict=True))
    assert without_timings(first[1]) != without_timings(other[1])


def test_dropout_depends_on_the_seed_and_epoch_but_not_on_earlier_draws(host: PluginHost) -> None:
    from convlab.training.model.seed_state import SeedState

    prepared = prepare(Experiment(), host=host)
    seeds = SeedState(prepared.model)
    images = prepared.data.train.images[:8]

    def draw(epoch: int, draws: int = 1) -> npt.NDArray[np.float32]:
        seeds.begin_epoch(epoch)
        outputs = [np.asarray(prepared.model(images, training=True)) for _ in range(draws)]
        return outputs[0]

    second_epoch = draw(2, draws=3)
    assert np.array_equal(second_epoch, draw(2))
    assert not np.array_equal(second_epoch, draw(1))


@pytest.mark.parametrize("loop", ["tape", pytest.param("fit", marks=pytest.mark.slow)])
def test_a_run_leaves_none_of_its_graphs_in_memory(tiny_task: TinyTask, loop: Literal["tape", "fit"]) -> None:
    import tensorflow as tf

    def graphs() -> int:
        gc.collect()
        return sum(isinstance(each, tf.Graph) for each in gc.get_objects())

    train = {"epochs": 1, "loop": loop}
    tiny_task.run(architecture="mlp", train=train)
    before = graphs()
    tiny_task.run(architecture="mlp", train=train)
    assert graphs() == before


@pytest.mark.slow
def test_both_loops_give_the_same_weights_on_all_of_mnist(host: PluginHost, whole_data_dir: Path) -> None:
    settings = {
        "dataset": "mnist",
        "architecture": "cnn",
        "architecture_options": {"filters": [8], "dense": [32]},
    }
    tape, fit = (
        trained(host, whole_data_dir, **settings, train={"epochs": 1, "batch_size": 128, "loop": loop})
        for loop in ("tape", "fit")
    )
    for tape_weights, fit_weights in zip(tape[0], fit[0], strict=True):
        np.testing.assert_allclose(tape_weights, fit_weights, atol=1e-4)
    assert tape[2] == pytest.approx(fit[2], abs=1e-3)
    assert tape[2]["accuracy"] > 0.9
