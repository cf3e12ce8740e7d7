"""The checks raise no false alarm on optimizers and metrics of Keras, whatever their options."""

from typing import Any, Literal

import pytest

from convlab import Metric, Optimizer, check


def _passes(part: Any) -> None:
    assert [(failure.check, failure.message) for failure in check(part).failures] == []


@pytest.mark.parametrize(
    ("name", "options", "rate"),
    [
        ("SGD", {"momentum": 0.9, "gradient_accumulation_steps": 8}, 0.01),
        ("Adam", {"use_ema": True, "ema_overwrite_frequency": 5, "amsgrad": True}, 0.001),
        ("Lion", {"weight_decay": 0.01}, 0.001),
        ("Ftrl", {}, 0.05),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                (
                    "SGD",
                    {"global_clipnorm": 1.0, "weight_decay": 1e-4, "nesterov": True, "momentum": 0.9},
                    0.01,
                ),
                ("Adam", {"gradient_accumulation_steps": 4}, 0.001),
                *((name, {}, 0.001) for name in ("RMSprop", "AdamW", "Adamax", "Nadam", "Lamb", "Muon")),
                ("Adafactor", {}, 0.001),
                ("Adadelta", {}, 1.0),
                ("Adagrad", {}, 0.05),
            )
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_check_fails_for_an_optimizer_of_keras(name: str, options: dict[str, Any], rate: float) -> None:
    def build(learning_rate: Any, _: None) -> Any:
        import keras

        return getattr(keras.optimizers, name)(learning_rate, **options)

    _passes(Optimizer(name="valid", summary="From Keras", build=build, learning_rate=rate))


def test_no_check_fails_for_an_optimizer_that_scales_the_loss() -> None:
    def build(learning_rate: Any, _: None) -> Any:
        import keras

        return keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(learning_rate))

    _passes(Optimizer(name="valid", summary="Scales the loss", build=build, learning_rate=0.01))


@pytest.mark.parametrize(
    ("name", "options", "mode"),
    [
        ("SparseCategoricalAccuracy", {}, "max"),
        ("SparseTopKCategoricalAccuracy", {"k": 5}, "max"),
        ("SparseCategoricalCrossentropy", {"from_logits": True}, "min"),
        ("MeanIoU", {"num_classes": ..., "sparse_y_pred": False}, "max"),
        ("IoU", {"num_classes": ..., "target_class_ids": [0], "sparse_y_pred": False}, "max"),
    ],
)
def test_no_check_fails_for_a_metric_of_keras(
    name: str, options: dict[str, Any], mode: Literal["min", "max"]
) -> None:
    def build(num_classes: int, _: None) -> Any:
        import keras

        given = {key: num_classes if value is ... else value for key, value in options.items()}
        return getattr(keras.metrics, name)(**given)

    _passes(Metric(name="valid", summary="From Keras", build=build, mode=mode))


@pytest.mark.parametrize("kind", ["confidence", "margin"])
def test_no_check_fails_for_a_metric_that_is_not_a_fraction_of_right_predictions(kind: str) -> None:
    def build(num_classes: int, _: None) -> Any:
        import keras

        def confidence(labels: Any, logits: Any) -> Any:
            return keras.ops.max(keras.ops.softmax(logits), axis=-1)

        def margin(labels: Any, logits: Any) -> Any:
            chosen = keras.ops.one_hot(labels, num_classes)
            return keras.ops.sum(chosen * logits, -1) - keras.ops.max(logits - 1e9 * chosen, -1)

        return keras.metrics.MeanMetricWrapper(confidence if kind == "confidence" else margin, name=kind)

    _passes(Metric(name="valid", summary="Of each image", build=build))
