"""Every file in a folder of images is used, or named with the reason why it is not."""

import os
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convlab import DataError, ImageData, PluginHost, data
from convlab.use.image_files import image_files
from convlab_datasets.folder.dataset import FOLDER
from convlab_datasets.folder.options import FolderOptions

BUILT_INS = PluginHost(third_party=False)


@pytest.fixture
def save() -> Callable[..., None]:
    """Saves images that all differ."""
    images = (np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8) for seed in range(1000))

    def save(*files: Path, **options: Any) -> None:
        for file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(next(images)).save(file, **options)

    return save


def _load(root: Path) -> ImageData:
    return FOLDER.load(None, FolderOptions(path=str(root), image_size=(4, 4)))  # type: ignore[arg-type]


def _used(loaded: ImageData) -> list[str]:
    assert loaded.files is not None
    return [file.name for files in loaded.files.used.values() for file in files]


def _every_file(root: Path) -> Iterator[str]:
    """Yield each file; a hidden folder or a link to a folder counts as one."""
    for folder, folders, files in os.walk(root):
        for name in [*folders]:
            if name.startswith(".") or (Path(folder) / name).is_symlink():
                folders.remove(name)
                files.append(name)
        yield from ((Path(folder) / name).relative_to(root).as_posix() for name in files)


@pytest.mark.parametrize("prefix", ["", "train"])
def test_found_is_used_and_left_out_together(
    prefix: str, tmp_path: Path, save: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "photos"
    top = root / prefix
    for suffix in ("png", "jpg", "JPEG", "bmp", "gif", "webp", "tif", "tiff", "avif", "ppm"):
        save(top / "cat" / f"1.{suffix}", top / "dog" / f"2.{suffix}")
    save(top / "outside.png", top / "cat" / "deeper" / "still" / "3.png", top / ".cache" / "4.png")
    if prefix:
        save(root / "holdout" / "cat" / "5.png", root / "outside too.png")
    (top / "cat" / "copy.png").write_bytes((top / "cat" / "1.png").read_bytes())
    for file in (
        "cat/6.heic",
        "cat/empty.png",
        "cat/.hidden.png",
        "notes.txt",
        "bird/.keep",
        "dog/Thumbs.db",
    ):
        (top / file).parent.mkdir(exist_ok=True)
        (top / file).touch()
    for link, target in (("dog/up", ".."), ("dog/self", "self"), ("loop", "loop"), ("root", ".")):
        (top / link).symlink_to(target)
    os.mkfifo(top / "cat" / "pipe.png")
    (top / "cat" / "device.png").symlink_to("/dev/zero")

    verification = data.verify("folder", options={"path": str(root), "image_size": [4, 4]}, host=BUILT_INS)
    assert verification.state == "unknown", verification.message
    left_out = [name for names in verification.left_out.values() for name in names]
    used = _used(_load(root))
    per_class = (*verification.train_per_class, *verification.test_per_class)
    assert sum(per_class) == len(used) == 20
    folders_named = [name for name in left_out if (root / name).is_dir() and not (root / name).is_symlink()]
    assert [Path(name).name for name in folders_named] == ["bird", ".cache"]
    assert sorted({*used, *left_out} - {folders_named[0]}) == sorted(_every_file(root))
    assert len(set(left_out)) == len(left_out)
    assert verification.left_out["not regular files"] == tuple(
        f"{prefix}/cat/{name}".lstrip("/") for name in ("device.png", "pipe.png")
    )


def test_a_prediction_finds_the_files_that_a_dataset_does(tmp_path: Path, save: Callable[..., None]) -> None:
    for name in ("cat", "dog"):
        save(*(tmp_path / name / f"1.{suffix}" for suffix in ("png", "TIFF", "avif", "webp", "ppm", "jfif")))
        save(tmp_path / name / ".hidden" / "2.png", tmp_path / name / ".3.png")
        (tmp_path / name / "4.psd").touch()
    save(tmp_path / "elsewhere.png")
    (tmp_path / "cat" / "linked.png").symlink_to(tmp_path / "elsewhere.png")
    found, left_out = image_files([tmp_path / "cat", tmp_path / "dog"])
    loaded = _load(tmp_path)
    assert loaded.files is not None
    assert {file.relative_to(tmp_path).as_posix() for file in found if isinstance(file, Path)} == {
        *_used(loaded)
    }
    for reason in ("hidden", "in a format other than PNG, JPEG, BMP, GIF, WebP, TIFF, AVIF and PPM"):
        assert {path.relative_to(tmp_path).as_posix() for path in left_out[reason]} == {
            *loaded.files.left_out[reason]
        }


def test_class_folders_whose_names_differ_in_their_form_are_one_class(
    tmp_path: Path, save: Callable[..., None]
) -> None:
    for count, form in ((3, "NFC"), (4, "NFD")):
        name = unicodedata.normalize(form, "café")  # type: ignore[arg-type]
        save(*(tmp_path / name / f"{number}.png" for number in range(count)))
    save(*(tmp_path / "bar" / f"{number}.png" for number in range(2)))
    loaded = _load(tmp_path)
    assert loaded.class_names == ("bar", "café")
    assert len(_used(loaded)) == 9


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        (
            ("train/a", "train/b", "Train/a", "Train/b"),
            "has both Train/ and train/; merge or rename",
        ),
        (("train/a", "train/b", "val/a", "val/b", "valid/a", "valid/b"), "has both val/ and valid/; merge"),
        (
            ("a", "b", "test"),
            "test contains images but no class folders; move test/ out of .*, or, if",
        ),
        (("train/a", "train/b", "extra"), r"extra contains images but is next to train/CLASS/\*; sort them"),
    ],
)
def test_folders_with_an_ambiguous_role_are_refused(
    folders: tuple[str, ...], message: str, tmp_path: Path, save: Callable[..., None]
) -> None:
    for folder in folders:
        save(tmp_path / folder / "1.png", tmp_path / folder / "2.png")
    with pytest.raises(DataError, match=message):
        _load(tmp_path)


def test_images_that_use_few_of_their_16_bits_are_reported_with_their_range(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pixels = np.random.default_rng(0).integers(0, 2**12, (8, 4, 4), np.uint16)
    for number, image in enumerate(pixels):
        file = tmp_path / "ab"[number % 2] / f"{number}.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(image * (16 if number > 4 else 1)).save(file)
    _load(tmp_path)
    assert (
        "16-bit images use only values from 0 to 4,095 of 65,535, which become 0 to 15 of 255" in caplog.text
    )
    assert sum(int(record.args[1]) for record in caplog.records if "16-bit" in record.msg) == 5  # type: ignore


def test_few_levels_far_from_black_are_reported_and_blank_images_are_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(8):
        pixels = np.full((4, 4), 2**16 - 1, np.uint16)
        if number % 4:
            pixels = np.random.default_rng(number).integers(60_000, 60_200, (4, 4), np.uint16)
        file = tmp_path / "ab"[number % 2] / f"{number}.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(file)
    _load(tmp_path)
    found = [record for record in caplog.records if "16-bit" in record.msg]
    assert sum(int(record.args[1]) for record in found) == 6  # type: ignore
    assert "which become 234 to 235 of 255" in caplog.text


def test_files_with_several_frames_are_counted(
    tmp_path: Path, save: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    for folder in "ab":
        save(*(tmp_path / folder / f"{number}.png" for number in range(4)))
    frames = [Image.fromarray(np.full((4, 4), shade, np.uint8)) for shade in (10, 20, 30)]
    frames[0].save(tmp_path / "a" / "pages.tif", save_all=True, append_images=frames[1:])
    _load(tmp_path)
    assert "1 files have several frames, of which only the first is used" in caplog.text


@pytest.mark.parametrize("name", ["cat ", "c\u200bat", "\ufeffcat", "ca\u00adt"])
def test_class_folders_whose_names_look_the_same_are_one_class(
    name: str, tmp_path: Path, save: Callable[..., None]
) -> None:
    for folder in ("cat", name, "dog"):
        save(*(tmp_path / folder / f"{number}{len(folder)}.png" for number in range(4)))
    assert _load(tmp_path).class_names == ("cat", "dog")


def test_a_folder_that_cannot_be_used_is_verified_with_every_file_left_out(
    tmp_path: Path, save: Callable[..., None]
) -> None:
    save(*(tmp_path / "a" / f"{number}.png" for number in range(4)))
    for number in range(5):
        (tmp_path / "b" / f"{number}.png").parent.mkdir(exist_ok=True)
        (tmp_path / "b" / f"{number}.png").write_text("not an image", encoding="utf-8")
    (tmp_path / "b" / "notes.txt").write_text("", encoding="utf-8")
    verification = data.verify("folder", options={"path": str(tmp_path)}, host=BUILT_INS)
    assert verification.state == "damaged"
    assert sorted(file for files in verification.left_out.values() for file in files) == [
        *(f"b/{number}.png" for number in range(5)),
        "b/notes.txt",
    ]
