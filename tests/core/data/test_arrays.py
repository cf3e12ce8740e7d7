"""Training on NumPy arrays, as in a notebook."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import (
    ConfigError,
    ConvlabError,
    DataError,
    Dataset,
    DataSource,
    Experiment,
    ImageData,
    PluginHost,
    TrainSettings,
    arrays,
    evaluate,
    resume,
    run,
)

BUILT_INS = PluginHost(third_party=False)


@pytest.fixture(scope="module")
def digits() -> ImageData:
    return BUILT_INS.find(Dataset, "digits").part.load(DataSource(folders=()), None)


def test_scaled_grayscale_images_and_column_labels_train_like_the_dataset(
    digits: ImageData, tmp_path: Path
) -> None:
    (x_train, y_train), (x_test, y_test) = digits.train, digits.test
    data = (
        (np.asarray(x_train)[..., 0].astype(np.float32) / 255, y_train[:, None].astype(np.uint8)),
        (np.asarray(x_test).astype(np.int32), y_test),
    )
    named = Experiment(architecture="mlp", train=TrainSettings(epochs=1, compile="off"))
    options: dict[str, Any] = {"host": BUILT_INS, "runs_dir": tmp_path, "progress": False}
    result = run(named, data=data, name="own", **options)
    assert result.test == run(named, name="digits", **options).test
    assert result.experiment.dataset == "arrays"

    recorded = Experiment.from_toml(tmp_path / "own" / "experiment.toml")
    with pytest.raises(ConfigError, match="which can only be passed from Python"):
        run(recorded, **options)
    assert run(recorded, data=data, **options).test == result.test
    assert evaluate("own", data=data, host=BUILT_INS, runs_dir=tmp_path).metrics == pytest.approx(result.test)
    assert len(resume("own", train={"epochs": 2}, data=data, **options).epochs) == 2
    with pytest.raises(DataError, match=r"do not match this experiment's `dataset_options.sha256`"):
        resume("own", train={"epochs": 3}, data=(x_train, y_train), **options)
    with pytest.raises(ConfigError, match="names the dataset 'mnist', but `data` is given too"):
        run(Experiment(dataset="mnist"), data=data, **options)


def test_a_seeded_part_of_each_class_of_a_single_pair_becomes_the_test_set(digits: ImageData) -> None:
    images, labels = digits.train
    data, same, other = (arrays((images, labels), seed=seed) for seed in (0, 0, 1))
    fractions = np.bincount(data.test.labels) / np.bincount(labels)
    assert fractions.mean() == pytest.approx(0.2, abs=0.03)
    assert fractions == pytest.approx(0.2, abs=0.15)
    assert len(data.train.labels) + len(data.test.labels) == len(labels)
    np.testing.assert_array_equal(data.test.images, same.test.images)
    assert not np.array_equal(data.test.images, other.test.images)
    assert data.class_names == tuple("0123456789")


def test_labels_may_be_text(digits: ImageData) -> None:
    names = np.array(["zebra", "ant", "cow"])
    images, labels = np.asarray(digits.train.images), digits.train.labels
    chosen = labels < 3
    data = arrays((images[chosen], names[labels[chosen]]))
    assert data.class_names == ("ant", "cow", "zebra")
    assert np.bincount(data.train.labels).sum() + len(data.test.labels) == chosen.sum()
    with pytest.raises(
        DataError, match="train has the label 'zebra', which is missing from `class_names`; add it"
    ):
        arrays((images[chosen], names[labels[chosen]]), class_names=["ant", "cow"])


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([1, 2, 3], "123"),
        ([0, 7, 14], ["0", "7", "14"]),
        ([10**9, 3, -1], ["-1", "3", "1000000000"]),
        (np.array([2, 1, 5], np.uint8)[:, None], "125"),
        (np.array([7, 3, 5], object), "357"),
        (["b", "a", "c"], "abc"),
        (np.array([b"b", b"a", b"\xc3\xa9"]), "abé"),
        (np.array(["b", "a", "c"], object)[:, None], "abc"),
        (np.array(["b", "a", "c"], np.dtypes.StringDType()), "abc"),
    ],
)
def test_the_labels_that_occur_are_numbered_in_their_order(labels: Any, names: Any) -> None:
    images = np.random.default_rng(0).integers(0, 256, (60, 2, 2, 1), np.uint8)
    repeated = np.concatenate([labels] * 20) if isinstance(labels, np.ndarray) else labels * 20
    data = arrays((images, repeated), (images, repeated))
    assert data.class_names == tuple(names)
    expected = [data.class_names[label] for label in data.train.labels]
    texts = [text.decode() if isinstance(text, bytes) else str(text) for text in np.ravel(repeated)]
    assert texts == expected


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", None, "b", None], "for 2 of 4 images, the first at index 1"),
        (
            ["a", "b", float("nan"), "b"],
            "for 1 of 4 images, the first at index 2",
        ),
        (np.array([0, np.nan, 1, 1]), "train labels are missing (None, NaN, masked or empty) for 1 of 4"),
        (
            np.ma.masked_equal([0, 9, 1, 1], 9),
            "train labels are missing (None, NaN, masked or empty) for 1 of 4",
        ),
        (
            np.array(["a", float("nan"), "b", "b"]),
            "train labels are missing (None, NaN, masked or empty) for 1 of 4",
        ),
        (["a", "", "b", "b"], "train labels are missing (None, NaN, masked or empty) for 1 of 4"),
        ([0, 1, None, 1], "train labels are missing (None, NaN, masked or empty) for 1 of 4"),
        ([0, "a", 1, 1], "train labels are of type int and str but must be integers or text"),
        ([], "train has 4 images but 0 labels"),
        ([True, False, True, True], "train labels are of type bool but must be integers or text"),
    ],
)
def test_missing_and_mixed_labels_are_refused(labels: Any, message: str) -> None:
    images = np.zeros((4, 2, 2, 1), np.uint8)
    with pytest.raises(DataError, match=re.escape(message)):
        arrays((images, labels))


def test_a_label_without_training_images_is_refused() -> None:
    images = np.zeros((4, 2, 2, 1), np.uint8)
    with pytest.raises(DataError, match="test has the label 3, which is missing from the training labels"):
        arrays((images, [0, 1, 2, 2]), (images, [0, 1, 2, 3]))
    with pytest.raises(DataError, match="numbers in one set and text in another"):
        arrays((images, [0, 1, 2, 2]), (images, ["0", "1", "2", "2"]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x, y: (x / 255 * 2 - 1, y), "float64 from -1 to 1, but convlab expects raw pixels"),
        (lambda x, y: (x / 200, y), "but not integers"),
        (lambda x, y: (x / 300, y), "but not multiples of 1/255, while convlab expects raw pixels"),
        (lambda x, y: (x / np.where(x < 9, np.nan, 255), y), "float64 from nan to nan"),
        (lambda x, y: (x.astype(int) * 2, y), "range from 0 to 510; rescale them to pixels from 0 to 255"),
        (lambda x, y: (np.zeros((len(y), 3, 8, 8), np.uint8), y), "np.moveaxis(images, 1, -1)"),
        (lambda x, y: (x.reshape(len(x), -1), y), "must have (n, height, width, channels)"),
        (lambda x, y: (x, np.eye(10)[y]), "labels.argmax(axis=1)"),
        (lambda x, y: (x, y / 1), "labels are float64 but must be integers"),
        (lambda x, y: (x[:5], y), "5 images but 1438 labels"),
        (lambda x, y: x, "or ImageData, got an array of shape (1438, 8, 8, 1)"),
        (lambda x, y: ((x, y), (x, y), (x, y)), "or ImageData, got a tuple of 3"),
        (lambda x, y: ((x, y), (x,)), "test must be a pair (images, labels), got a tuple of 1"),
    ],
)
def test_invalid_arrays_are_refused_before_a_run_begins(
    make: Callable[[Any, Any], Any], message: str, digits: ImageData, tmp_path: Path
) -> None:
    data = make(np.asarray(digits.train.images), digits.train.labels)
    with pytest.raises(ConvlabError, match=re.escape(message)):
        run(data=data, host=BUILT_INS, runs_dir=tmp_path, progress=False)
    assert not list(tmp_path.iterdir())
