"""Images are held out by their content: a seeded choice that is about stratified, and stable as data grow."""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from convlab import (
    ConfigError,
    DataError,
    DataSettings,
    ImageData,
    ImageStream,
    SourceFile,
    SourceFiles,
    hold_out,
    stratified_sample,
)
from convlab.data.split import TrainValSplit, train_val_split

LABELS = np.repeat(np.arange(4), [100, 300, 7, 593])


def _images(count: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (count, 2, 2, 3), np.uint8)


def _data(labels: npt.NDArray[Any], images: Any = None, **options: Any) -> ImageData:
    images = _images(len(labels)) if images is None else images
    names = [str(label) for label in range(max(2, labels.max() + 1))]
    test = (_images(1), labels[:1])
    return ImageData(train=(images, labels), test=test, class_names=names, **options)


def _split(data: ImageData, seed: int = 0, **settings: Any) -> TrainValSplit:
    return train_val_split(data, DataSettings(**settings), seed)[0]


def test_each_class_is_held_out_in_proportion_to_its_size() -> None:
    split = _split(_data(LABELS), validation=0.2)
    combined = np.concatenate([split.train, split.validation])
    assert np.array_equal(np.sort(combined), np.arange(1000))
    expected = np.bincount(LABELS) * 0.2
    deviation = np.abs(np.bincount(LABELS[split.validation], minlength=4) - expected)
    assert (deviation <= 4 * np.sqrt(expected)).all()


def test_the_seed_determines_the_validation_set() -> None:
    first, same, other = (_split(_data(LABELS), seed).validation for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("choose", ["validation", "test"])
def test_adding_images_moves_none_of_the_others(seed: int, choose: str) -> None:
    rng = np.random.default_rng(seed)
    labels, images = rng.integers(0, 5, 300), _images(300, seed)
    order = rng.permutation(300)
    chosen = []
    for part in (np.arange(100), order):  # the first 100, then all of them in another order
        if choose == "test":
            held_out = hold_out(labels[part], images[part], 0.2, seed=seed)
        else:
            held_out = _split(_data(labels[part], images[part]), seed, validation=0.2).validation
        chosen.append({image.tobytes() for image in images[part][held_out]})
    assert chosen[0] == chosen[1] & {image.tobytes() for image in images[:100]}


def test_a_validation_set_is_independent_of_a_test_set_with_the_same_seed() -> None:
    images = _images(1000)
    test = hold_out(LABELS, images, 0.2, seed=0)
    rest = np.delete(np.arange(1000), test)
    split = _split(_data(LABELS[rest], images[rest]), 0, validation=0.2)
    assert 100 < len(split.validation) < 220


def test_copies_of_an_image_stay_together_in_an_array_a_stream_and_files() -> None:
    images = _images(200)[np.arange(600) % 200]
    labels = np.arange(600) % 3
    digests = [hashlib.sha256(image.tobytes()).hexdigest() for image in images]
    files = SourceFiles(
        root=".",  # type: ignore[arg-type]
        used={
            "train": tuple(SourceFile(f"{n}.png", digest) for n, digest in enumerate(digests)),
            "test": (SourceFile("test.png", digests[0]),),
        },
    )
    unread = ImageStream(images.shape, lambda indices: pytest.fail("files identify the images"))
    splits = [
        _split(_data(labels, images)),
        _split(_data(labels, ImageStream(images.shape, lambda indices: images[indices]))),
        _split(_data(labels, unread, files=files)),
    ]
    for split in splits:
        assert set(split.train % 200).isdisjoint(split.validation % 200)
        assert np.array_equal(split.validation, splits[0].validation)


@pytest.mark.parametrize("validation", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_every_class_is_trained_and_something_is_held_out(validation: float) -> None:
    for seed in range(30):
        labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(4), [1, 2, 3, 10]))
        split = _split(_data(labels, _images(16, seed)), seed, validation=validation)
        assert set(labels[split.train]) == {0, 1, 2, 3}
        assert len(split.validation)


def test_a_limit_takes_a_stratified_part_with_every_class() -> None:
    split = _split(_data(LABELS), limit=100, validation=0.1)
    chosen = np.concatenate([split.train, split.validation])
    assert np.bincount(LABELS[chosen]).tolist() == [10, 30, 1, 59]
    rare = np.repeat(np.arange(3), [1000, 1, 1])
    chosen = _split(_data(rare), limit=10, validation=0.0).train
    assert np.bincount(rare[chosen]).tolist() == [8, 1, 1]
    assert np.bincount(rare[stratified_sample(rare, 3, np.random.default_rng(0))]).tolist() == [1, 1, 1]


def test_without_validation_all_images_are_used_for_training() -> None:
    split = _split(_data(LABELS), validation=0.0)
    assert (len(split.train), len(split.validation)) == (1000, 0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"limit": 1001}, "`data.limit` is 1001, but the training set has only 1000 images"),
        ({"limit": 3}, "`data.limit` is 3, but each of the 4 classes needs a training image"),
        ({"limit": 4}, "no class has a second training image to hold out"),
    ],
)
def test_a_split_with_an_empty_part_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        _split(_data(LABELS), **settings)


@pytest.mark.parametrize("settings", [{}, {"limit": 50}, {"validation": 0.0}])
def test_a_class_without_training_images_is_refused(settings: dict[str, Any]) -> None:
    labels = np.where(LABELS == 2, 1, LABELS)
    with pytest.raises(DataError, match=r"the training set has no images of '2'; add some, or set `data\.ex"):
        _split(_data(labels), **settings)


def test_images_are_identified_without_a_copy_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    images = _images(100)
    whole = hold_out(LABELS[:100], images, 0.3, seed=3)
    monkeypatch.setattr("convlab.data.content._BYTES_PER_CHUNK", 50)
    largest = 0

    def read(indices: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        nonlocal largest
        largest = max(largest, len(indices))
        return images[indices]

    in_parts = hold_out(LABELS[:100], ImageStream(images.shape, read), 0.3, seed=3)
    assert np.array_equal(whole, in_parts)
    assert largest == 4
