"""Telling the published dataset, variants and damaged data apart."""

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
    """A dataset of four files that declares the checksums of these arrays."""
    manifest = DatasetManifest(
        name=name,
        input_shape=(28, 28, 1),
        train_per_class=tuple(np.bincount(arrays["train.labels"], minlength=10).tolist()),
        test_per_class=tuple(np.bincount(arrays["test.labels"], minlength=10).tolist()),
        layouts=(Layout(files=tuple(FILES.values()), arrays=FILES),),
        sha256={key: hashlib.sha256(array.tobytes()).hexdigest() for key, array in arrays.items()},
    )

    def load(source: DataSource, options: None) -> ImageData:
        files = source.obtain(manifest)
        read = {array: np.load(files.file_of(array)) for array in FILES}
        return ImageData(
            train=(read["train.images"], read["train.labels"]),
            test=(read["test.images"], read["test.labels"]),
            class_names=list("0123456789"),
        )

    return Dataset(name=name, summary="Digits", load=load, manifest=manifest)


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
    """Prepares a run on ``first``, up to the first step."""
    return lambda folder: prepare(Experiment(dataset="first", architecture="mlp"), host=host, data_dir=folder)


def test_the_published_dataset_is_used_without_a_warning(
    host: PluginHost, put: Any, train: Any, first: Arrays, caplog: pytest.LogCaptureFixture
) -> None:
    folder = put(first)

    verification = data.verify("first", host=host, data_dir=folder)

    assert (verification.state, verification.message, verification.place) == ("published", "", folder)
    assert sum(verification.train_per_class) == 200
    assert len(train(folder).data.train.labels) == 200
    assert caplog.messages == []


@pytest.mark.parametrize("array", FILES)
def test_a_file_with_one_changed_value_is_named_and_refused(
    array: str, host: PluginHost, put: Any, train: Any, first: Arrays
) -> None:
    changed = first[array].copy()
    changed.flat[7] = (changed.flat[7] + 1) % 10
    folder = put(first | {array: changed})
    sentence = (
        rf"{folder / FILES[array]} is damaged or swapped: the checksum of its {array.replace('.', ' ')} is "
        r"sha256:\w{12}… instead of sha256:\w{12}…, while the rest of first matches the published dataset"
    )

    verification = data.verify("first", host=host, data_dir=folder)
    with pytest.raises(DataError, match=rf"^dataset 'notebook:first': {sentence}"):
        train(folder)

    assert verification.state == "damaged"
    assert not verification.is_whole


@pytest.mark.parametrize("arrays", [["train.images"], ["test.images", "test.labels"], list(FILES)])
def test_files_of_another_dataset_are_refused(
    arrays: list[str], host: PluginHost, put: Any, train: Any, first: Arrays, second: Arrays
) -> None:
    folder = put(first | {array: second[array] for array in arrays})
    file, content = folder / FILES[arrays[0]], arrays[0].replace(".", " ")

    with pytest.raises(
        DataError,
        match=rf"{file} contains the {content} of second instead of the {content} of first; replace it",
    ):
        train(folder)


def test_a_training_set_in_place_of_the_test_set_is_refused(put: Any, train: Any, first: Arrays) -> None:
    folder = put(first | {"test.images": first["train.images"], "test.labels": first["train.labels"]})

    with pytest.raises(
        DataError, match="contains the train images of first instead of the test images of first"
    ):
        train(folder)


@pytest.mark.parametrize(
    ("variant", "difference"),
    [
        (
            lambda array: array[:150],
            "150 training and 50 test images instead of 200 training and 50 test images",
        ),
        (lambda array: array[::-1], "different train images, train labels"),
    ],
    ids=["fewer", "reordered"],
)
def test_a_variant_is_used_with_a_warning(
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
    assert caplog.messages == [f"first in {folder} is a variant of the published dataset: {difference}"]
    assert data.verify("first", host=host, data_dir=folder).state == "different"


def test_the_manifest_must_have_the_name_of_the_dataset(first: Arrays) -> None:
    manifest = dataset("first", first).manifest

    with pytest.raises(ValueError, match=r"dataset 'third': its manifest is named 'first'"):
        Dataset(name="third", summary="Digits", load=lambda source, options: None, manifest=manifest)  # type: ignore[arg-type, return-value]
