"""Each mistake in a data set is caught by the check of its name, and the message says the fix."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import DataError, Dataset, DatasetManifest, DataSource, ImageData, Layout, PluginHost
from convlab.inspect.checks.registry import checks_of
from convlab.inspect.checks.running import perform
from convlab.inspect.checks.targets import subjects_of

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (60, 8, 8, 1), dtype=np.uint8)
LABELS = np.arange(60) % 3
NAMES = ("one", "two", "three")


def data(**changes: Any) -> ImageData:
    whole = {"train": (IMAGES[:40], LABELS[:40]), "test": (IMAGES[40:], LABELS[40:]), "class_names": NAMES}
    return ImageData(**{**whole, **changes})


def float_pixels(source: DataSource, options: None) -> ImageData:
    return data(train=(IMAGES[:40] / 255, LABELS[:40]))


def labels_from_one(source: DataSource, options: None) -> ImageData:
    return data(train=(IMAGES[:40], LABELS[:40] + 1))


def no_image_data(source: DataSource, options: None) -> Any:
    return (IMAGES, LABELS)


def a_class_too_many(source: DataSource, options: None) -> ImageData:
    return data(class_names=(*NAMES, "four"))


def everything_twice(source: DataSource, options: None) -> ImageData:
    return data(train=(IMAGES, LABELS))


def another_order_each_time(source: DataSource, options: None) -> ImageData:
    order = np.random.default_rng().permutation(40)
    return data(train=(IMAGES[order], LABELS[order]))


def black(source: DataSource, options: None) -> ImageData:
    return data(train=((IMAGES[:40] / 255).astype(np.uint8), LABELS[:40]))


def traceback_without_files(source: DataSource, options: None) -> ImageData:
    with np.load(source.folders[0] / "pixels.npz") as file:
        return data(train=(file["images"], LABELS[:40]))


def silent_without_files(source: DataSource, options: None) -> ImageData:
    raise DataError("no pictures")


def validates_on_train(source: DataSource, options: None) -> ImageData:
    return data(validation=(IMAGES[:5], LABELS[:5]))


def asks_the_network(source: DataSource, options: None) -> ImageData:
    import urllib.request

    with urllib.request.urlopen("http://example.org/pixels.npy") as answer:
        return data(train=(np.load(answer), LABELS[:40]))


CASES: list[tuple[Callable[..., Any], str, str, str]] = [
    (float_pixels, "loads_image_data", "train images are float64 but must be uint8", "return ImageData"),
    (labels_from_one, "loads_image_data", "number the classes from 0", "return ImageData"),
    (no_image_data, "loads_image_data", "it loads tuple", "return ImageData"),
    (a_class_too_many, "every_class_is_there", "no train image is of class 'four'", "name only classes"),
    (everything_twice, "splits_do_not_overlap", "20 of 20 test images", "split before"),
    (validates_on_train, "splits_do_not_overlap", "5 of 5 validation images", "split before"),
    (another_order_each_time, "repeatable", "the train labels are others, or in another order", "fixed seed"),
    (black, "images_differ", "is above 1, of 255", "cast to uint8 are black"),
    (traceback_without_files, "offline_message", "it ends in FileNotFoundError", "raise DataError"),
    (silent_without_files, "offline_message", "names nothing to do: 'no pictures'", "raise DataError"),
    (asks_the_network, "offline_message", "the network is off", "source.obtain(published)"),
]


@pytest.mark.parametrize(("load", "name", "found", "fix"), CASES, ids=[case[0].__name__ for case in CASES])
def test_a_mistake_is_caught_by_the_check_of_its_name(
    assert_caught: Callable[..., None], load: Callable[..., Any], name: str, found: str, fix: str
) -> None:
    assert_caught(Dataset(name="faulty", summary="A data set with a mistake", load=load), name, found, fix)


def test_a_false_declaration_is_caught(assert_caught: Callable[..., None]) -> None:
    published = DatasetManifest(
        name="faulty", input_shape=(8, 8, 1), train_per_class=(14, 13, 13), test_per_class=(7, 7, 7)
    )
    part = Dataset(name="faulty", summary="One too many", load=lambda *_: data(), manifest=published)
    found = "it declares test images a class (7, 7, 7), but loads (6, 7, 7)"
    assert_caught(part, "declaration_is_true", found, "correct published")


def test_a_data_set_whose_files_are_elsewhere_is_not_downloaded_but_skipped(tmp_path: Path) -> None:
    published = DatasetManifest(
        name="far",
        input_shape=(8, 8, 1),
        train_per_class=(1, 1),
        test_per_class=(1, 1),
        layouts=(Layout(files=("far.npz",)),),
    )

    def load(source: DataSource, options: None) -> ImageData:
        raise AssertionError(source.obtain(published))

    part = Dataset(name="far", summary="Somewhere else", load=load, manifest=published)
    [subject] = subjects_of(part, PluginHost(third_party=False), None, str(tmp_path))
    results = {one.name: perform(one, subject) for one in checks_of("dataset")}
    assert results["repeatable"].status == "skipped"
    assert "'convlab data fetch far'" in results["repeatable"].message
    assert results["offline_message"].status == "passed"
    assert not [result for result in results.values() if result.status == "failed"]
