"""Folders of the user's own images, tidy and untidy."""

import logging
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from convlab import ConvlabError, Experiment, ImageData, ImageStream, PluginHost, TrainSettings, run
from convlab.options.reading import read_options
from convlab_datasets.folder.dataset import FOLDER

Digits = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]


def _load(path: Path | str, **options: Any) -> ImageData:
    values = {"path": str(path), **options}
    return FOLDER.load(None, read_options(FOLDER.options, values, key="dataset_options", owner="folder"))  # type: ignore[arg-type]


@pytest.fixture
def save(real_digits: Digits) -> Callable[..., Path]:
    """Saves real digits, all different, as files and returns the last."""
    images = iter(real_digits[0])

    def save(folder: Path, *names: str, color: bool = False, size: int = 28, **options: Any) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            image = Image.fromarray(next(images)).convert("RGB" if color else "L")
            image.resize((size, size)).save(folder / name, **options)
        return folder / names[-1]

    return save


@pytest.fixture
def pets(tmp_path: Path, save: Callable[..., Path]) -> Path:
    """20 grayscale images of each of two classes, 28×28."""
    for name in ("dog", "cat"):
        save(tmp_path / "pets" / name, *(f"{number}.png" for number in range(20)))
    return tmp_path / "pets"


def test_classes_are_sorted_and_a_seeded_part_of_each_is_the_test_set(pets: Path) -> None:
    data, same, other = _load(pets), _load(f"{pets}/"), _load(pets, split_seed=1)
    assert data.class_names == ("cat", "dog")
    assert data.input_shape == (28, 28, 1)
    train, test = np.bincount(data.train.labels), np.bincount(data.test.labels)
    assert (train + test).tolist() == [20, 20]
    assert ((test > 0) & (test < 10)).all()
    np.testing.assert_array_equal(data.test.images, same.test.images)
    assert not np.array_equal(data.test.images, other.test.images)


def test_streamed_pixels_equal_those_in_memory(pets: Path, caplog: pytest.LogCaptureFixture) -> None:
    options = {"image_size": [20, 30], "color_mode": "rgb"}
    with caplog.at_level(logging.INFO, logger="convlab"):
        in_memory, streamed = _load(pets, **options), _load(pets, stream_above=0.07, **options)
    assert isinstance(streamed.train.images, ImageStream)
    assert in_memory.input_shape == streamed.input_shape == (20, 30, 3)
    for name, split in in_memory.splits().items():
        np.testing.assert_array_equal(split.images, np.asarray(streamed.splits()[name].images))
        np.testing.assert_array_equal(split.labels, streamed.splits()[name].labels)
    assert "streaming 40 images" in caplog.text
    assert "(`dataset_options.stream_above` = 0.07)" in caplog.text


def test_train_test_and_val_folders_are_the_splits(pets: Path, save: Callable[..., Path]) -> None:
    root = pets.parent / "split"
    shutil.move(pets, root / "train")
    for split, count in (("test", 3), ("val", 2)):
        for name in ("cat", "dog"):
            save(root / split / name, *(f"{number}.bmp" for number in range(count)))
    data = _load(root)
    counts = {name: np.bincount(split.labels).tolist() for name, split in data.splits().items()}
    assert counts == {"train": [20, 20], "test": [3, 3], "validation": [2, 2]}
    shutil.rmtree(root / "test")
    data = _load(root)  # takes the test set from train/
    assert len(data.train.labels) + len(data.test.labels) == 40


def test_every_format_is_read_upright_from_its_first_frame(tmp_path: Path, real_digits: Digits) -> None:
    pixels = real_digits[0][0].repeat(2, axis=1)  # 28 high, 56 wide
    image, other = Image.fromarray(pixels), Image.fromarray(255 - pixels)
    rotated = Image.Exif()
    rotated[0x0112] = 6  # rotate by 90° clockwise
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    image.save(tmp_path / "a" / "1.png")
    image.convert("RGBA").save(tmp_path / "a" / "2.webp", lossless=True)
    image.save(tmp_path / "a" / "3.GIF", save_all=True, append_images=[other])
    image.save(tmp_path / "a" / "4.bmp")
    image.convert("CMYK").save(tmp_path / "a" / "5.jpg", quality=95)
    Image.fromarray(pixels.astype(np.uint16) * 257).save(tmp_path / "a" / "6.png")
    image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "a" / "7.jpeg", quality=95, exif=rotated)
    other.save(tmp_path / "b" / "1.png")
    other.convert("P").save(tmp_path / "b" / "2.png", transparency=255)
    data = _load(tmp_path, color_mode="grayscale", test_fraction=0.01)
    images = np.concatenate([np.asarray(split.images) for split in (data.train, data.test)])
    labels = np.concatenate([data.train.labels, data.test.labels])
    assert images.shape == (9, 28, 56, 1)
    for one, label in zip(images[..., 0], labels, strict=True):
        assert np.abs(one.astype(int) - (255 - pixels if label else pixels)).mean() < 3


def test_another_aspect_ratio_is_stretched_cropped_or_padded(tmp_path: Path) -> None:
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, :10], pixels[:, 10:20], pixels[:, 20:] = 50, 100, 150
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(2):
            Image.fromarray(pixels + number + (name == "b") * 2).save(tmp_path / name / f"{number}.png")
    first = {
        resize: np.asarray(_load(tmp_path, image_size=[30, 30], resize=resize).train.images)[0, :, :, 0]
        for resize in ("stretch", "crop", "pad")
    }
    assert [int(first["stretch"][15, column]) // 50 for column in (2, 15, 27)] == [1, 2, 3]
    assert [int(first["crop"][15, column]) // 50 for column in (2, 15, 27)] == [2, 2, 2]
    assert [int(first["pad"][row, 15]) // 50 for row in (2, 15, 27)] == [0, 2, 0]


def test_bad_files_are_counted_named_and_skipped(
    pets: Path, save: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    cat, dog = pets / "cat", pets / "dog"
    (cat / "empty.jpg").touch()
    (cat / "text.png").write_text("no image")
    whole = (cat / "5.png").read_bytes()
    (cat / "cut.png").write_bytes(whole[: len(whole) // 2])
    for copy in ("a.png", "b.png", "c.png", "d.png"):
        shutil.copy(cat / "6.png", cat / f"copy {copy}")
    shutil.copy(save(cat, "both.png"), dog / "both too.png")
    (dog / "IMG_1.HEIC").write_bytes(b"a format that Pillow does not know")
    (dog / "gone.png").symlink_to("nowhere.png")
    for junk in (cat / ".DS_Store", cat / "Thumbs.db", pets / ".git", pets / "labels.csv"):
        junk.touch()
    (dog / ".thumbnails").mkdir()
    data = _load(pets)
    assert len(data.train.labels) + len(data.test.labels) == 40
    assert f"{pets}: skipped 1 in a format other than" in caplog.text
    for part in (
        "1 in a format other than PNG, JPEG, BMP, GIF, WebP, TIFF, AVIF and PPM (dog/IMG_1.HEIC)",
        "1 empty (cat/empty.jpg)",
        "4 copies of another (cat/copy a.png = cat/6.png, cat/copy b.png = cat/6.png, "
        "cat/copy c.png = cat/6.png, …)",
        "2 in two classes, so one label is wrong (cat/both.png = dog/both too.png, "
        "dog/both too.png = cat/both.png)",
    ):
        assert part in caplog.text
    reasons = r"3 unreadable \(cat/cut.png: damaged \(.*\), cat/text.png: not an image file, dog/gone.png\)"
    assert re.search(reasons, caplog.text)
    with pytest.raises(ConvlabError, match=r"skipped .*; fix or remove them"):
        _load(pets, strict=True)


def test_an_image_in_the_test_folder_is_removed_from_the_training_set(
    pets: Path, save: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    root = pets.parent / "split"
    shutil.move(pets, root / "train")
    for name in ("cat", "dog"):
        save(root / "test" / name, "new.png")
    shutil.copy(root / "train" / "dog" / "3.png", root / "test" / "dog" / "leak.png")
    data = _load(root)
    assert (len(data.train.labels), len(data.test.labels)) == (39, 3)
    assert "1 also in test (train/dog/3.png = test/dog/leak.png)" in caplog.text


def test_the_order_does_not_depend_on_the_file_system(
    tmp_path: Path, pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.move(pets / "dog", pets / "Ka\u0308fer")  # as macOS writes Käfer
    before = _load(pets)
    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: _Reversed(scan(folder)))
    after = _load(pets)
    assert before.class_names == after.class_names == ("K\u00e4fer", "cat")
    np.testing.assert_array_equal(before.train.images, after.train.images)


class _Reversed:
    def __init__(self, entries: Any) -> None:
        self._entries = entries

    def __enter__(self) -> Any:
        return reversed(list(self._entries))

    def __exit__(self, *_: object) -> None:
        self._entries.close()


def _make(root: Path, save: Callable[..., Path], *folders: str) -> None:
    for folder in folders:
        save(root / folder, "1.png", "2.png", "3.png")


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        ((), "contains no images"),
        (("",), "contains images but no class folders"),
        (("cat",), "images of only one class, 'cat'"),
        (("2024/cat", "2024/dog", "2025/cat"), "contains folders instead of images"),
        (("test/cat", "test/dog"), "has test/ but no train/CLASS/*"),
        (("train/cat", "train/dog", "test/cat", "test/fox"), "images of 'fox' in test/ but none in train/"),
        (("train/cat", "train/dog", "test/cat"), "images of 'dog' in train/ but none in test/"),
        (("train/cat", "train/dog", "test"), "sort them into test/CLASS/*"),
    ],
)
def test_an_unsupported_layout_is_refused_with_a_fix(
    folders: tuple[str, ...], message: str, tmp_path: Path, save: Callable[..., Path]
) -> None:
    _make(tmp_path / "photos", save, *folders)
    (tmp_path / "photos").mkdir(exist_ok=True)
    with pytest.raises(ConvlabError, match=re.escape(message)) as raised:
        _load(tmp_path / "photos")
    assert "; " in str(raised.value)


def test_invalid_paths_and_mixed_sizes_are_refused(pets: Path, save: Callable[..., Path]) -> None:
    save(pets / "cat", "large.png", size=40)
    for path, message in (
        (
            pets,
            r"\(28×28, but cat/large.png is 40×40\); set `dataset_options.image_size` .* \[64, ",
        ),
        ("", r"no folder given; set `dataset_options.path` to the folder of your images"),
        (pets / "nowhere", r"nowhere does not exist \(in .*\); correct `dataset_options.path`"),
        (pets / "cat" / "1.png", r"is a file; set `dataset_options.path` to a folder"),
    ):
        with pytest.raises(ConvlabError, match=message):
            _load(path)


def test_a_class_may_be_called_train_and_a_path_may_start_with_a_tilde(
    pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pets / "dog").rename(pets / "train")
    monkeypatch.setenv("HOME", str(pets.parent))
    assert _load("~/pets").class_names == ("cat", "train")


@pytest.mark.slow
def test_training_on_streamed_jpegs_gives_the_same_result_as_in_memory(
    tmp_path: Path, real_digits: Digits
) -> None:
    for number, (pixels, label) in enumerate(zip(real_digits[0][:600], real_digits[1], strict=False)):
        (tmp_path / "photos" / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "photos" / str(label) / f"{number}.jpg", quality=95)
    in_memory, streamed = (
        run(
            Experiment(
                dataset="folder",
                dataset_options={"path": str(tmp_path / "photos"), "stream_above": megabytes},
                architecture="mlp",
                train=TrainSettings(epochs=2),
            ),
            host=PluginHost(third_party=False),
            runs_dir=tmp_path / "runs",
            progress=False,
        )
        for megabytes in (1.0, 0.0)
    )
    assert in_memory.test == streamed.test
    assert in_memory.test["accuracy"] > 0.5
    for one, other in zip(in_memory.model.get_weights(), streamed.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
