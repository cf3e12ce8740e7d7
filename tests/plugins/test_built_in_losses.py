"""Each loss equals its formula and Keras's own, for integer and for mixed labels."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from convlab import ConfigError, Loss, PluginHost

HOST = PluginHost(third_party=False)
RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 30)
LOGITS = (3 * RNG.normal(size=(30, 4))).astype(np.float32)
ONE_HOT = np.eye(4, dtype=np.float32)[LABELS]
MIXED = (0.7 * ONE_HOT + 0.3 * ONE_HOT[::-1]).astype(np.float32)
WEIGHTS = [0.5, 1.0, 2.0, 0.0]


def loss(name: str, counts: tuple[int, ...] = (10, 10, 10, 10), **options: Any) -> Any:
    part = HOST.find(Loss, name).part
    assert part.options is not None
    return part.build(counts, part.options(**options))


def by_formula(
    targets: npt.NDArray[np.float32], gamma: float = 0.0, smoothing: float = 0.0, weights: Any = 1.0
) -> float:
    exponentials = np.exp(LOGITS.astype(np.float64) - LOGITS.max(axis=1, keepdims=True))
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    smoothed = (1 - smoothing) * targets + smoothing / 4
    return float((np.asarray(weights) * smoothed * (1 - p) ** gamma * -np.log(p)).sum(axis=1).mean())


@pytest.mark.parametrize("targets", [ONE_HOT, MIXED], ids=["integers", "mixed"])
@pytest.mark.parametrize(
    ("name", "options", "formula"),
    [
        ("cross_entropy", {}, {}),
        ("cross_entropy", {"label_smoothing": 0.2}, {"smoothing": 0.2}),
        ("cross_entropy", {"class_weights": tuple(WEIGHTS)}, {"weights": WEIGHTS}),
        ("focal", {}, {"gamma": 2.0}),
        ("focal", {"gamma": 0.0}, {}),
        (
            "focal",
            {"gamma": 0.5, "label_smoothing": 0.1, "class_weights": tuple(WEIGHTS)},
            {"gamma": 0.5, "smoothing": 0.1, "weights": WEIGHTS},
        ),
    ],
)
def test_a_loss_equals_its_formula(
    targets: Any, name: str, options: dict[str, Any], formula: dict[str, Any]
) -> None:
    labels = LABELS if targets is ONE_HOT else targets
    assert float(loss(name, **options)(labels, LOGITS)) == pytest.approx(
        by_formula(targets, **formula), rel=1e-5
    )


def test_they_equal_those_of_keras() -> None:
    import keras

    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(LABELS, LOGITS)
    assert np.array_equal(np.asarray(loss("cross_entropy")(LABELS, LOGITS)), np.asarray(sparse))
    smoothed = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)(MIXED, LOGITS)
    assert float(loss("cross_entropy", label_smoothing=0.1)(MIXED, LOGITS)) == pytest.approx(float(smoothed))
    focal = keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=2.0, from_logits=True)(MIXED, LOGITS)
    assert float(loss("focal")(MIXED, LOGITS)) == pytest.approx(float(focal), rel=1e-4)


def test_class_weights_weight_images_as_the_argument_of_fit_does() -> None:
    import keras

    per_image = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")(LABELS, LOGITS)
    weighted = float((np.asarray(per_image) * np.array(WEIGHTS)[LABELS]).mean())
    assert float(loss("cross_entropy", class_weights=tuple(WEIGHTS))(LABELS, LOGITS)) == pytest.approx(
        weighted
    )


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    labels = np.repeat([0, 1, 3], [50, 5, 20])
    expected = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    built = loss("cross_entropy", counts=(50, 5, 0, 20), class_weights="balanced")
    assert built.class_weights == pytest.approx([expected[0], expected[1], 0.0, expected[2]])


@pytest.mark.parametrize(
    ("weights", "message"),
    [((1.0, 2.0), "expected 4 weights, one per class, got 2"), ((0.0,) * 4, "at least one weight")],
)
def test_class_weights_that_do_not_fit_the_classes_are_refused(weights: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=rf"`loss_options\.class_weights`: {message}"):
        loss("cross_entropy", class_weights=weights)
