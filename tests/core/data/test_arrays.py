"""A notebook's own arrays train in one call."""

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


def test_scaled_grey_images_and_column_labels_train_as_the_data_set_does(
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

    kept = Experiment.from_toml(tmp_path / "own" / "experiment.toml")
    with pytest.raises(ConfigError, match="which only the Python that made them has"):
        run(kept, **options)
    assert run(kept, data=data, **options).test == result.test
    assert evaluate("own", data=data, host=BUILT_INS, runs_dir=tmp_path).measures == pytest.approx(
        result.test
    )
    assert len(resume("own", train={"epochs": 2}, data=data, **options).epochs) == 2
    with pytest.raises(DataError, match="not those of this experiment"):
        resume("own", train={"epochs": 3}, data=(x_train, y_train), **options)
    with pytest.raises(ConfigError, match="names the data set 'mnist', and data are handed over too"):
        run(Experiment(dataset="mnist"), data=data, **options)


def test_one_pair_gives_up_a_stratified_part_for_the_test_split(digits: ImageData) -> None:
    images, labels = digits.train
    data, same, other = (arrays((images, labels), seed=seed) for seed in (0, 0, 1))
    assert len(data.test.labels) == round(0.2 * len(labels))
    shares = np.bincount(data.test.labels) / np.bincount(labels)
    assert np.abs(shares - 0.2).max() < 0.01
    np.testing.assert_array_equal(data.test.images, same.test.images)
    assert not np.array_equal(data.test.images, other.test.images)
    assert data.class_names == tuple("0123456789")


def test_labels_may_be_text(digits: ImageData) -> None:
    names = np.array(["zebra", "ant", "cow"])
    images, labels = np.asarray(digits.train.images), digits.train.labels
    some = labels < 3
    data = arrays((images[some], names[labels[some]]))
    assert data.class_names == ("ant", "cow", "zebra")
    assert np.bincount(data.train.labels).sum() + len(data.test.labels) == some.sum()
    with pytest.raises(DataError, match="train has the label 'zebra', which class_names lacks"):
        arrays((images[some], names[labels[some]]), class_names=["ant", "cow"])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x, y: (x / 255 * 2 - 1, y), "float64 from -1 to 1, but convlab takes raw pixels"),
        (lambda x, y: (x / 200, y), "and no whole numbers"),
        (lambda x, y: (x / 300, y), "no multiples of 1/255, but convlab takes raw pixels and scales them"),
        (lambda x, y: (x / np.where(x < 9, np.nan, 255), y), "float64 from nan to nan"),
        (lambda x, y: (x.astype(int) * 2, y), "run from 0 to 510, but pixels lie in 0 to 255"),
        (lambda x, y: (np.zeros((len(y), 3, 8, 8), np.uint8), y), "np.moveaxis(images, 1, -1)"),
        (lambda x, y: (x.reshape(len(x), -1), y), "must have (n, height, width, channels)"),
        (lambda x, y: (x, np.eye(10)[y]), "labels.argmax(axis=1)"),
        (lambda x, y: (x, y / 1), "labels are float64 but must be integers"),
        (lambda x, y: (x[:5], y), "5 images but 1438 labels"),
        (lambda x, y: x, "data is an array of shape (1438, 8, 8, 1), but must be (images, labels)"),
        (lambda x, y: ((x, y), (x, y), (x, y)), "data is a tuple of 3, but must be (images, labels)"),
        (lambda x, y: ((x, y), (x,)), "test is a tuple of 1, but must be a pair (images, labels)"),
    ],
)
def test_what_is_no_data_is_refused_before_a_run_begins(
    make: Callable[[Any, Any], Any], message: str, digits: ImageData, tmp_path: Path
) -> None:
    data = make(np.asarray(digits.train.images), digits.train.labels)
    with pytest.raises(ConvlabError, match=re.escape(message)):
        run(data=data, host=BUILT_INS, runs_dir=tmp_path, progress=False)
    assert not list(tmp_path.iterdir())
