"""For each mistake in a dataset, one check fails and suggests the fix."""

import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import (
    DataError,
    Dataset,
    DatasetManifest,
    DataSource,
    ImageData,
    ImageStream,
    Layout,
    PluginHost,
)
from convlab.inspect.checks.registry import checks_of
from convlab.inspect.checks.running import perform
from convlab.inspect.checks.targets import subjects_of

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (60, 8, 8, 1), dtype=np.uint8)
LABELS = np.arange(60) % 3
NAMES = ("one", "two", "three")
SPLITS = {"train": (IMAGES[:40], LABELS[:40]), "test": (IMAGES[40:], LABELS[40:])}


def data(**changes: Any) -> ImageData:
    return ImageData(**{**SPLITS, "class_names": NAMES, **changes})


def float_pixels(source: DataSource, options: None) -> ImageData:
    return data(train=(IMAGES[:40] / 255, LABELS[:40]))


def labels_from_one(source: DataSource, options: None) -> ImageData:
    return data(train=(IMAGES[:40], LABELS[:40] + 1))


def a_tuple_of_arrays(source: DataSource, options: None) -> Any:
    return (IMAGES, LABELS)


def a_class_without_images(source: DataSource, options: None) -> ImageData:
    return data(class_names=(*NAMES, "four"))


def trains_on_the_test_images(source: DataSource, options: None) -> ImageData:
    return data(train=(IMAGES, LABELS))


def shuffles_without_a_seed(source: DataSource, options: None) -> ImageData:
    order = np.random.default_rng().permutation(40)
    return data(train=(IMAGES[order], LABELS[order]))


def black_images(source: DataSource, options: None) -> ImageData:
    return data(train=((IMAGES[:40] / 255).astype(np.uint8), LABELS[:40]))


def os_error_without_files(source: DataSource, options: None) -> ImageData:
    with np.load(source.folders[0] / "pixels.npz") as file:
        return data(train=(file["images"], LABELS[:40]))


def unhelpful_error_without_files(source: DataSource, options: None) -> ImageData:
    raise DataError("no images")


def validates_on_training_images(source: DataSource, options: None) -> ImageData:
    return data(validation=(IMAGES[:5], LABELS[:5]))


def downloads_every_time(source: DataSource, options: None) -> ImageData:
    import urllib.request

    with urllib.request.urlopen("http://example.org/pixels.npy") as response:
        return data(train=(np.load(response), LABELS[:40]))


def labels_as_text(source: DataSource, options: None) -> ImageData:
    return data(train=(IMAGES[:40], np.array(NAMES)[LABELS[:40]]))


def validates_on_the_test_images(source: DataSource, options: None) -> ImageData:
    return data(validation=(IMAGES[40:], LABELS[40:]))


def repeats_training_images(source: DataSource, options: None) -> ImageData:
    return data(train=(np.tile(IMAGES[:40], (2, 1, 1, 1)), np.tile(LABELS[:40], 2)))


def names_two_classes_alike(source: DataSource, options: None) -> ImageData:
    return data(class_names=("one", "two", "one"))


def channels_first(source: DataSource, options: None) -> ImageData:
    return data(**{name: (images.transpose(0, 3, 1, 2), labels) for name, (images, labels) in SPLITS.items()})


def unsorted_listing(source: DataSource, options: None) -> ImageData:
    with tempfile.TemporaryDirectory() as folder:
        for index in range(40):
            Path(folder, f"{index}.npy").write_bytes(IMAGES[index].tobytes())
        images = [np.frombuffer(file.read_bytes(), np.uint8) for file in Path(folder).iterdir()]
    return data(train=(np.array(images).reshape(-1, 8, 8, 1), LABELS[:40]))


def continues_a_generator(source: DataSource, options: None) -> ImageData:
    order = GENERATOR.permutation(40)
    return data(train=(IMAGES[order], LABELS[order]))


GENERATOR = np.random.default_rng(0)


def shares_a_file_position(source: DataSource, options: None) -> ImageData:
    file = io.BytesIO(IMAGES.tobytes())

    def read(indices: Any) -> Any:
        images = []
        for index in indices:
            file.seek(64 * index)
            time.sleep(1e-5)
            images.append(np.frombuffer(file.read(64), np.uint8).reshape(8, 8, 1))
        return np.stack(images)

    return data(train=(ImageStream((40, 8, 8, 1), read), LABELS[:40]))


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (float_pixels, "loads_image_data", "train images are float64 but must be uint8", "return ImageData"),
    (labels_from_one, "loads_image_data", "number the classes from 0", "return ImageData"),
    (a_tuple_of_arrays, "loads_image_data", "expected ImageData, got tuple", "return ImageData"),
    (a_class_without_images, "every_class_has_images", "no training images of class 'four'", "list only"),
    (trains_on_the_test_images, "splits_do_not_overlap", "20 of 20 test images", "split before"),
    (validates_on_training_images, "splits_do_not_overlap", "5 of 5 validation images", "split before"),
    (shuffles_without_a_seed, "repeatable", "the second load has different training labels", "fixed seed"),
    (labels_as_text, "loads_image_data", "labels are <U5 but must be integers", "return ImageData"),
    (validates_on_the_test_images, "splits_do_not_overlap", "are also test images", "split before"),
    (repeats_training_images, "training_images_are_not_repeated", "40 of 80 training images", "remove"),
    (names_two_classes_alike, "loads_image_data", "one", "return ImageData"),
    (channels_first, "channels_are_last", "height 1, width 8 and 8 channels", "moveaxis"),
    (unsorted_listing, "repeatable", "the second load has different training images", "sort folder listings"),
    (continues_a_generator, "repeatable", "the second load has different training labels", "fixed seed"),
    (shares_a_file_position, "streams_can_be_read_in_threads", "in 4 threads, training images", "Lock"),
    (black_images, "images_differ", "is 1, of 255", "cast to uint8 are black"),
    (os_error_without_files, "offline_message", "loading ends with FileNotFoundError", "raise DataError"),
    (unhelpful_error_without_files, "offline_message", "what to do: 'no images'", "raise DataError"),
    (downloads_every_time, "offline_message", "network access is disabled", "source.obtain(manifest)"),
]


@pytest.mark.parametrize(("load", "name", "found", "fix"), CASES, ids=[case[0].__name__ for case in CASES])
def test_exactly_one_check_fails_for_each_mistake(
    assert_caught: Callable[..., None], load: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    assert_caught(Dataset(name="faulty", summary="A dataset with a mistake", load=load), name, found, fix)


def test_a_manifest_that_does_not_match_the_images_is_reported(assert_caught: Callable[..., None]) -> None:
    manifest = DatasetManifest(
        name="faulty", input_shape=(8, 8, 1), train_per_class=(14, 13, 13), test_per_class=(7, 7, 7)
    )
    part = Dataset(name="faulty", summary="A wrong image count", load=lambda *_: data(), manifest=manifest)
    found = "test images per class: the manifest declares (7, 7, 7), the dataset has (6, 7, 7)"
    assert_caught(part, "matches_its_manifest", found, "correct the manifest")


def test_a_dataset_without_files_is_skipped_and_not_downloaded(tmp_path: Path) -> None:
    manifest = DatasetManifest(
        name="remote",
        input_shape=(8, 8, 1),
        train_per_class=(1, 1),
        test_per_class=(1, 1),
        layouts=(Layout(files=("remote.npz",)),),
    )

    def load(source: DataSource, options: None) -> ImageData:
        raise AssertionError(source.obtain(manifest))

    part = Dataset(name="remote", summary="Not on this machine", load=load, manifest=manifest)
    [subject] = subjects_of(part, PluginHost(third_party=False), None, str(tmp_path))
    results = {one.name: perform(one, subject) for one in checks_of("dataset")}
    assert results["repeatable"].status == "skipped"
    assert "'convlab data fetch remote'" in results["repeatable"].message
    assert results["offline_message"].status == "passed"
    assert not [result for result in results.values() if result.status == "failed"]


def test_an_order_that_depends_on_the_hash_seed_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "unordered.py"
    file.write_text(
        "import numpy as np\n"
        "from convlab import Dataset, ImageData, hookimpl\n\n"
        "def load(source, options):\n"
        "    names = list({'ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu', 'hen'})\n"
        "    images = np.random.default_rng(0).integers(0, 256, (32, 8, 8, 1), dtype=np.uint8)\n"
        "    labels = np.arange(16) % 8\n"
        "    return ImageData(train=(images[:16], labels), test=(images[16:], labels), class_names=names)\n\n"
        "@hookimpl\n"
        "def convlab_datasets():\n"
        "    return [Dataset(name='unordered', summary='Named from a set', load=load)]\n",
        encoding="utf-8",
    )
    [_, subject] = subjects_of(file, PluginHost(plugin_files=[file], third_party=False))
    [wanted] = [one for one in checks_of("dataset") if one.name == "same_in_every_process"]
    result = perform(wanted, subject)
    assert result.status == "failed"
    assert result.message == "another process has different class names, or another order of them"
