"""A dataset, optimizer or metric that misbehaves gives a one-sentence error that names it."""

import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import pytest

from convlab import (
    Architecture,
    ConvlabError,
    DataError,
    Dataset,
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


def host_with(part: Architecture | Dataset | Optimizer | Metric) -> PluginHost:
    @hookimpl
    def hook() -> list[Any]:
        return [part]

    host = PluginHost(third_party=False, strict=True)
    host.register(SimpleNamespace(**{part.kind.hook: hook}), name="faulty-plugin")
    return host


def exits(*arguments: Any) -> Any:
    raise SystemExit(3)


def per_class(num_classes: int, options: None) -> Any:
    import keras

    class Counts(keras.metrics.Metric):
        def __init__(self) -> None:
            super().__init__()
            self.counts = self.add_weight(shape=(num_classes,), initializer="zeros")

        def update_state(self, labels: Any, logits: Any, sample_weight: Any = None) -> None:
            self.counts.assign_add(keras.ops.sum(keras.ops.one_hot(labels, num_classes), axis=0))

        def result(self) -> Any:
            return self.counts

    return Counts()


def needs_one_hot_labels(num_classes: int, options: None) -> Any:
    import keras

    return keras.metrics.F1Score(average="macro")


def returns(value: Any) -> Callable[..., Any]:
    return lambda source, options: value


def missing(source: Any, options: None) -> Any:
    raise DataError("photos/ does not exist; set `dataset_options.path`")


def out_of_range(source: Any, options: None) -> Any:
    from convlab import ImageData

    images = np.zeros((4, 8, 8, 1), np.uint8)
    return ImageData(train=(images, [0, 1, 2, 3]), test=(images, [0, 1, 2, 3]), class_names=["a", "b", "c"])


CASES: list[tuple[Dataset | Optimizer | Metric, type[ConvlabError], str]] = [
    (Dataset(name="faulty", summary="Faulty", load=returns(3)), PluginError, "must load ImageData, got int"),
    (Dataset(name="faulty", summary="Faulty", load=exits), DataError, "failed: SystemExit: 3"),
    (
        Dataset(name="faulty", summary="Faulty", load=missing),
        DataError,
        "photos/ does not exist; set `dataset_options.path`",
    ),
    (Dataset(name="faulty", summary="Faulty", load=out_of_range), DataError, "must lie in 0 to 2"),
    (
        Optimizer(name="faulty", summary="Faulty", build=lambda a, b: 3),
        PluginError,
        "must build a keras Optimizer, got int",
    ),
    (Optimizer(name="faulty", summary="Faulty", build=exits), PluginError, "failed: SystemExit: 3"),
    (
        Metric(name="faulty", summary="Faulty", build=lambda a, b: "f1"),
        PluginError,
        "must build a keras Metric; got str",
    ),
    (
        Metric(name="faulty", summary="Faulty", build=per_class),
        PluginError,
        "must return one number; got an array of shape (10,)",
    ),
    (
        Metric(name="faulty", summary="Faulty", build=needs_one_hot_labels),
        PluginError,
        "failed on labels of shape (batch,) and logits",
    ),
]


@pytest.mark.parametrize(("part", "error", "message"), CASES)
def test_a_misbehaving_part_is_refused_before_training(
    part: Any, error: type[ConvlabError], message: str, tmp_path: Path
) -> None:
    name = ("faulty",) if part.kind.several else "faulty"
    settings: Any = {part.kind.key: name}
    with pytest.raises(error) as raised:
        run(Experiment(**settings), host=host_with(part), runs_dir=tmp_path, progress=False)
    assert str(raised.value).startswith(f"{part.kind} 'faulty-plugin:faulty'")
    assert message in str(raised.value)
    assert not list(tmp_path.iterdir())


class NoRoomError(Exception):
    def __init__(self, path: str, size: int) -> None:
        super().__init__(path, size)

    def __str__(self) -> str:
        return "no room for {} of {} bytes".format(*self.args)


@pytest.mark.parametrize("loop", ["tape", "fit"])
@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            OSError(28, "No space left on device", "cache"),
            "OSError: [Errno 28] No space left on device: 'cache'",
        ),
        (KeyError("scale"), "KeyError: 'scale'"),
        (RuntimeError(), "RuntimeError: no message"),
        (NoRoomError("cache", 3), "NoRoomError: no room for cache of 3 bytes"),
        (MemoryError(), "out of memory (MemoryError: no message); lower `train.batch_size` (now 64)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_in_a_step_is_reported_as_it_was_raised(
    error: Exception, message: str, loop: Literal["tape", "fit"], tmp_path: Path
) -> None:
    def build(input_shape: tuple[int, int, int], num_classes: int, options: None) -> Any:
        import keras

        class Fails(keras.layers.Layer):
            def call(self, inputs: Any) -> Any:
                raise error  # Keras and AutoGraph each raise another one instead

        class FailsInTraining(keras.Model):
            def __init__(self) -> None:
                super().__init__()
                self.inner = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(num_classes)])
                self.fails = Fails()

            def call(self, inputs: Any, training: bool = False) -> Any:
                return self.inner(self.fails(inputs) if training else inputs)

        return FailsInTraining()

    experiment = Experiment(architecture="faulty", train=TrainSettings(epochs=1, loop=loop))
    host = host_with(Architecture(name="faulty", summary="Faulty", build=build))
    with pytest.raises(TrainingError) as raised:
        run(experiment, host=host, runs_dir=tmp_path, progress=False)
    assert message in str(raised.value)
    named = "architecture 'faulty-plugin:faulty' failed in "
    assert str(raised.value).startswith(named) or isinstance(error, MemoryError)


def not_compilable(num_classes: int, options: None) -> Any:
    import keras
    import tensorflow as tf

    def is_correct(labels: Any, logits: Any) -> Any:
        def in_numpy(labels: Any, logits: Any) -> Any:
            return (logits.argmax(axis=1) == labels).astype(np.float32)

        return tf.ensure_shape(tf.numpy_function(in_numpy, [labels, logits], tf.float32), [None])

    return keras.metrics.MeanMetricWrapper(is_correct, name="correct")


def test_a_step_that_xla_cannot_compile_runs_without_xla_unless_xla_is_required(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    host = host_with(Metric(name="correct", summary="Accuracy computed in NumPy", build=not_compilable))
    experiment = Experiment(
        architecture="mlp", metrics=("accuracy", "correct"), train=TrainSettings(epochs=2, loop="tape")
    )
    assert prepare(experiment, host=host).xla
    with caplog.at_level(logging.WARNING, logger="convlab"):
        result = run(experiment, host=host, runs_dir=tmp_path, progress=False)
    assert "XLA cannot compile this step, so it runs without XLA" in caplog.text
    assert '"xla": false' in (result.folder / "environment.json").read_text(encoding="utf-8")
    assert result.epochs[-1]["correct"] == pytest.approx(result.epochs[-1]["accuracy"])
    assert result.test["correct"] == pytest.approx(result.test["accuracy"])

    for loop in ("tape", "fit"):
        xla_required = experiment.train.model_copy(update={"compile": "on", "loop": loop})
        with pytest.raises(TrainingError, match=r"if XLA is the cause, set `train\.compile` to off"):
            run(
                experiment.model_copy(update={"train": xla_required}),
                host=host,
                runs_dir=tmp_path,
                progress=False,
            )
