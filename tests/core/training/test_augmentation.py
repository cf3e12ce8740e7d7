"""Augmentation in both loops, from memory and from a stream, and after a run was resumed."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convlab import (
    Augmentation,
    ConfigError,
    Experiment,
    ImageData,
    ImageStream,
    Loss,
    PluginError,
    PluginHost,
    Randomness,
    Run,
    hookimpl,
    prepare,
    resume,
    run,
)

MLP: dict[str, Any] = {"architecture": "mlp", "architecture_options": {"hidden": [16]}}
SEVERAL = ["alternating_flip", "crop", "rotation", "mixup"]
CROP = {"crop": {"padding": 1}}


def host_with(build: Callable[..., Any], loss: Callable[..., Any] | None = None) -> PluginHost:
    @hookimpl
    def convlab_augmentations() -> list[Augmentation]:
        return [Augmentation(name="own", summary="An augmentation of a test", build=build)]

    @hookimpl
    def convlab_losses() -> list[Loss]:
        return [Loss(name="own", summary="A loss of a test", build=loss)] if loss else []

    host = PluginHost(third_party=False)
    host.register(SimpleNamespace(convlab_augmentations=convlab_augmentations, convlab_losses=convlab_losses))
    return host


@pytest.fixture
def train(tmp_path: Path) -> Callable[..., Run]:
    def train(name: str, augment: list[str], **settings: Any) -> Run:
        experiment: dict[str, Any] = {
            "augment": augment,
            "augment_options": CROP if "crop" in augment else {},
            "data": {"limit": 500},
            "optimizer": "sgd",  # Adam's first step is as large for rounding errors
            "train": {"epochs": 2, "warmup": 0.0, "schedule": "constant", **settings},
        }
        return run(
            Experiment(**MLP, **experiment),
            host=PluginHost(third_party=False), runs_dir=tmp_path, name=name, progress=False,
        )  # fmt: skip

    return train


def same_weights(first: Run, second: Run) -> bool:
    pairs = zip(first.model.get_weights(), second.model.get_weights(), strict=True)
    return all(np.array_equal(mine, other) for mine, other in pairs)


def test_both_loops_see_the_same_augmented_batches(train: Callable[..., Run]) -> None:
    tape, fit = (train(loop, SEVERAL, loop=loop, compile="off") for loop in ("tape", "fit"))
    for mine, other in zip(tape.model.get_weights(), fit.model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-4)
    assert tape.epochs[-1]["loss"] == pytest.approx(fit.epochs[-1]["loss"], abs=1e-3)
    assert tape.epochs[-1]["accuracy"] == pytest.approx(fit.epochs[-1]["accuracy"], abs=1e-3)
    assert not same_weights(tape, train("plain", [], compile="off"))


@pytest.mark.slow
def test_a_step_that_xla_compiles_is_augmented_too(train: Callable[..., Run]) -> None:
    plain, compiled = (train(choice, ["flip", "crop"], compile=choice) for choice in ("off", "on"))
    for mine, other in zip(plain.model.get_weights(), compiled.model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-4)


@pytest.mark.parametrize("loop", ["tape", "fit"])
def test_a_run_resumed_in_the_middle_of_an_epoch_sees_what_an_unbroken_one_does(
    train: Callable[..., Run], tmp_path: Path, loop: str
) -> None:
    augment = ["alternating_flip", "crop", "mixup"]
    unbroken = train("unbroken", augment, loop=loop, compile="off")
    stopped = train("stopped", augment, loop=loop, compile="off", max_steps=11)
    assert stopped.stop_reason == "max_steps"
    host = PluginHost(third_party=False)
    resumed = resume("stopped", train={"max_steps": 1000}, host=host, runs_dir=tmp_path, progress=False)
    assert resumed.resumed[0]["step"] > 0
    assert same_weights(resumed, unbroken)
    assert resumed.test == unbroken.test


@pytest.mark.slow
def test_a_stream_is_augmented_like_images_in_memory() -> None:
    from convlab.training.trainer import Trainer

    digits = prepare(Experiment(**MLP), host=PluginHost(third_party=False)).data
    images = np.asarray(digits.train.images)
    settings: dict[str, Any] = {
        "augment": ["alternating_flip", "crop"],
        "augment_options": CROP,
        "train": {"epochs": 2, "compile": "off"},
    }
    results = []
    for train_images in (images, ImageStream(images.shape, lambda positions: images[positions])):
        data = ImageData(
            train=(train_images, digits.train.labels), test=digits.test, class_names=digits.class_names
        )
        prepared = prepare(Experiment(**MLP, **settings), host=PluginHost(third_party=False), data=data)
        Trainer(prepared).train()
        results.append(prepared.model.get_weights())
    for mine, other in zip(*results, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)


def test_randomness_is_uniform_and_independent_between_draws_steps_and_images() -> None:
    import tensorflow as tf

    def random(epoch: int = 1, count: int = 20000) -> Randomness:
        return Randomness(tf.constant([1, 2]), 77, positions=tf.range(count), epoch=tf.constant(epoch))

    first, again = random(), random()
    draws = [first.uniform((20000,)).numpy(), first.uniform((20000,)).numpy()]
    assert np.array_equal(draws[0], again.uniform((20000,)))
    per_image = random().uniform_per_image().numpy()
    assert np.array_equal(per_image, random(epoch=9).uniform_per_image())
    for numbers in (*draws, per_image):
        assert 0 <= numbers.min() <= numbers.max() < 1
        assert numbers.mean() == pytest.approx(0.5, abs=0.01)
        assert numbers.std() == pytest.approx(12**-0.5, abs=0.01)
    assert abs(np.corrcoef([*draws, per_image])[np.triu_indices(3, 1)]).max() < 0.03
    assert abs(np.corrcoef(per_image[1:], per_image[:-1])[0, 1]) < 0.03
    assert set(random().integers((1000,), 2, 5).numpy()) == {2, 3, 4}


def returns_one_value(input_shape: Any, num_classes: int, options: None) -> Any:
    return lambda images, labels, random: images


def returns_integers(input_shape: Any, num_classes: int, options: None) -> Any:
    import tensorflow as tf

    return lambda images, labels, random: (tf.cast(images, tf.int32), labels)


def returns_wrong_labels(input_shape: Any, num_classes: int, options: None) -> Any:
    return lambda images, labels, random: (images, labels[:, None])


def raises(input_shape: Any, num_classes: int, options: None) -> Any:
    def augment(images: Any, labels: Any, random: Any) -> Any:
        raise ValueError("no such thing")

    return augment


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (returns_one_value, "failed on .*expected \\(images, labels\\), got"),
        (returns_integers, "must return images of shape .* as uint8 or float32, got int32"),
        (returns_wrong_labels, r"must return labels as int64 \(batch,\) or float32 \(batch, 10\), got int64"),
        (raises, "failed on images of shape .*ValueError: no such thing"),
    ],
)
def test_what_is_not_a_batch_is_refused_before_training(build: Any, message: str) -> None:
    with pytest.raises(PluginError, match=f"augmentation 'notebook:own' {message}"):
        prepare(Experiment(**MLP, augment=("own",)), host=host_with(build))


def test_a_loss_that_takes_no_mixed_labels_is_refused_with_an_augmentation_that_mixes_them() -> None:
    def loss(class_counts: Any, options: None) -> Any:
        import keras

        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    host = host_with(raises, loss)
    with pytest.raises(PluginError, match="use another loss, or remove the augmentation that mixes labels"):
        prepare(Experiment(**MLP, augment=("mixup",), loss="own"), host=host)
    prepare(Experiment(**MLP, augment=("flip",), loss="own"), host=host)


def test_an_option_that_does_not_fit_the_images_is_refused_by_its_name() -> None:
    with pytest.raises(ConfigError, match=r"augment_options\.crop\.padding`: must be less than"):
        prepare(
            Experiment(**MLP, augment=("crop",), augment_options={"crop": {"padding": 8}}),
            host=PluginHost(third_party=False),
        )


def test_an_augmentation_that_xla_cannot_compile_runs_without_it(caplog: pytest.LogCaptureFixture) -> None:
    def build(input_shape: Any, num_classes: int, options: None) -> Any:
        import tensorflow as tf

        def augment(images: Any, labels: Any, random: Randomness) -> Any:
            alpha = tf.random.stateless_gamma((tf.shape(images)[0],), random.seed(), alpha=1.0)
            chosen = (alpha < 0.7)[:, None, None, None]
            return tf.where(chosen, images[:, ::-1], images), labels

        return augment

    with caplog.at_level("INFO", logger="convlab"):
        settings: dict[str, Any] = {"augment": ["own"], "train": {"epochs": 1}}
        prepared = prepare(Experiment(architecture="cnn", **settings), host=host_with(build))
    assert "XLA cannot compile augmentation 'notebook:own', which runs without it" in caplog.text
    from convlab.training.trainer import Trainer

    assert Trainer(prepared).train().epochs[0]["loss"] < 2.5
