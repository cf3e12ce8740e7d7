"""What is the published data set, what a variant of it, and what is never trained on."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from convlab import (
    DataError,
    Dataset,
    DatasetManifest,
    DataSource,
    Experiment,
    ImageData,
    Layout,
    PluginHost,
    data,
    hookimpl,
    prepare,
)

Digits = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]
Arrays = dict[str, npt.NDArray[Any]]

FILES = {
    "train.images": "train_images.npy",
    "train.labels": "train_labels.npy",
    "test.images": "test_images.npy",
    "test.labels": "test_labels.npy",
}


def arrays_of(digits: Digits, start: int) -> Arrays:
    images, labels = digits[0][start : start + 250, ..., None], digits[1][start : start + 250]
    return dict(zip(FILES, (images[:200], labels[:200], images[200:], labels[200:]), strict=True))


def dataset(name: str, arrays: Arrays) -> Dataset:
    """A data set of four files that declares the checksums of these arrays."""
    published = DatasetManifest(
        name=name,
        input_shape=(28, 28, 1),
        train_per_class=tuple(np.bincount(arrays["train.labels"], minlength=10).tolist()),
        test_per_class=tuple(np.bincount(arrays["test.labels"], minlength=10).tolist()),
        layouts=(Layout(files=tuple(FILES.values()), arrays=FILES),),
        sha256={key: hashlib.sha256(array.tobytes()).hexdigest() for key, array in arrays.items()},
    )

    def load(source: DataSource, options: None) -> ImageData:
        found = source.obtain(published)
        read = {array: np.load(found.file_of(array)) for array in FILES}
        return ImageData(
            train=(read["train.images"], read["train.labels"]),
            test=(read["test.images"], read["test.labels"]),
            class_names=list("0123456789"),
        )

    return Dataset(name=name, summary="Digits", load=load, manifest=published)


class Plugin:
    def __init__(self, *datasets: Dataset) -> None:
        self._datasets = datasets

    @hookimpl
    def convlab_datasets(self) -> tuple[Dataset, ...]:
        return self._datasets


@pytest.fixture
def first(real_digits: Digits) -> Arrays:
    return arrays_of(real_digits, 0)


@pytest.fixture
def second(real_digits: Digits) -> Arrays:
    return arrays_of(real_digits, 250)


@pytest.fixture
def host(first: Arrays, second: Arrays) -> PluginHost:
    host = PluginHost(third_party=False)
    host.register(Plugin(dataset("first", first), dataset("second", second)))
    return host


@pytest.fixture
def put(tmp_path: Path) -> Callable[[Arrays], Path]:
    def put(arrays: Arrays) -> Path:
        for name, array in arrays.items():
            np.save(tmp_path / FILES[name], array)
        return tmp_path

    return put


@pytest.fixture
def train(host: PluginHost) -> Callable[[Path], Any]:
    """Prepares a run on ``first``, as far as the first step."""
    return lambda folder: prepare(Experiment(dataset="first", architecture="mlp"), host=host, data_dir=folder)


def test_the_published_data_are_trained_on_without_a_word(
    host: PluginHost, put: Any, train: Any, first: Arrays, caplog: pytest.LogCaptureFixture
) -> None:
    folder = put(first)

    verification = data.verify("first", host=host, data_dir=folder)

    assert (verification.state, verification.message, verification.place) == ("published", "", folder)
    assert sum(verification.train_per_class) == 200
    assert len(train(folder).data.train.labels) == 200
    assert caplog.messages == []


@pytest.mark.parametrize("array", FILES)
def test_one_changed_value_is_named_by_its_file_and_never_trained_on(
    array: str, host: PluginHost, put: Any, train: Any, first: Arrays
) -> None:
    changed = first[array].copy()
    changed.flat[7] = (changed.flat[7] + 1) % 10
    folder = put(first | {array: changed})
    sentence = (
        rf"{folder / FILES[array]} is damaged or swapped: the checksum of its {array.replace('.', ' ')} is "
        r"sha256:\w{12}… instead of sha256:\w{12}…, while the rest of first is as published"
    )

    verification = data.verify("first", host=host, data_dir=folder)
    with pytest.raises(DataError, match=rf"^dataset 'notebook:first': {sentence}"):
        train(folder)

    assert verification.state == "damaged"
    assert not verification.is_whole


@pytest.mark.parametrize("arrays", [["train.images"], ["test.images", "test.labels"], list(FILES)])
def test_the_files_of_another_data_set_are_never_trained_on(
    arrays: list[str], host: PluginHost, put: Any, train: Any, first: Arrays, second: Arrays
) -> None:
    folder = put(first | {array: second[array] for array in arrays})
    file, what = folder / FILES[arrays[0]], arrays[0].replace(".", " ")

    with pytest.raises(
        DataError, match=rf"{file} holds the {what} of second, where the {what} of first should be: put the"
    ):
        train(folder)


def test_a_train_split_in_the_place_of_the_test_split_is_never_trained_on(
    put: Any, train: Any, first: Arrays
) -> None:
    folder = put(first | {"test.images": first["train.images"], "test.labels": first["train.labels"]})

    with pytest.raises(DataError, match="holds the train images of first, where the test images of first"):
        train(folder)


@pytest.mark.parametrize(
    ("variant", "difference"),
    [
        (lambda array: array[:150], "150 train and 50 test images instead of 200 train and 50 test images"),
        (lambda array: array[::-1], "other train images, train labels"),
    ],
    ids=["fewer", "another order"],
)
def test_a_variant_is_trained_on_and_told_in_one_line(
    variant: Callable[[Any], Any],
    difference: str,
    host: PluginHost,
    put: Any,
    train: Any,
    first: Arrays,
    caplog: pytest.LogCaptureFixture,
) -> None:
    changed = {array: variant(first[array]) for array in ("train.images", "train.labels")}
    folder = put(first | changed)

    with caplog.at_level(logging.WARNING, logger="convlab"):
        prepared = train(folder)

    assert len(prepared.data.train.labels) == len(changed["train.labels"])
    assert caplog.messages == [
        f"warning: first in {folder} is not the published data set but a variant: {difference}"
    ]
    assert data.verify("first", host=host, data_dir=folder).state == "different"


def test_a_data_set_must_publish_under_its_own_name(first: Arrays) -> None:
    published = dataset("first", first).manifest

    with pytest.raises(ValueError, match=r"dataset 'third': manifest has the name 'first'"):
        Dataset(name="third", summary="Digits", load=lambda source, options: None, manifest=published)  # type: ignore[arg-type, return-value]
