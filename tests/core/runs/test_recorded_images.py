"""A run knows its images: it is resumed, evaluated and exported on exactly these, or says what differs."""

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convlab import (
    ConfigError,
    DataError,
    DataSettings,
    Experiment,
    ImageData,
    PluginHost,
    Run,
    TrainSettings,
    evaluate,
    export,
    prepare,
    resume,
    run,
)

CLASSES = ("bright", "dark")
IMAGES = 20


def draw(file: Path, brightness: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 120, (8, 8)) + brightness
    Image.fromarray(pixels.astype(np.uint8)).save(file)


@pytest.fixture(scope="module")
def host() -> PluginHost:
    return PluginHost(third_party=False)


@pytest.fixture(scope="module")
def finished(host: PluginHost, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run on a folder of images that was given by a relative path."""
    home = tmp_path_factory.mktemp("home")
    for label, name in enumerate(CLASSES):
        (home / "photos" / name).mkdir(parents=True)
        for number in range(IMAGES):
            draw(home / "photos" / name / f"{number}.png", 100 - 90 * label, 100 * label + number)
    experiment = Experiment(
        dataset="folder",
        dataset_options={"path": "photos"},
        architecture="mlp",
        architecture_options={"hidden": [8]},
        data=DataSettings(validation=0.3, scaling="unit"),
        train=TrainSettings(epochs=1, batch_size=8, compile="off"),
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(home)
        return run(experiment, host=host, runs_dir=home / "runs", name="photos", progress=False)


@pytest.fixture
def photos(finished: Run, tmp_path: Path) -> Iterator[Path]:
    """The folder of images, restored after the test."""
    photos = finished.folder.parents[1] / "photos"
    shutil.copytree(photos, tmp_path / "original")
    yield photos
    shutil.rmtree(photos)
    shutil.copytree(tmp_path / "original", photos)


def files_of(run: Path, split: str) -> dict[str, str]:
    """Return the recorded files of a split, by name."""
    files: dict[str, str] = json.loads((run / "data.json").read_bytes())["splits"][split]["files"]
    return files


def weights(result: Run) -> bytes:
    return b"".join(np.asarray(weight).tobytes() for weight in result.model.get_weights())


def test_the_record_names_each_file_of_each_split_once(finished: Run) -> None:
    record = json.loads((finished.folder / "data.json").read_bytes())
    names = [name for split in record["splits"].values() for name in split["files"]]
    assert sorted(names) == sorted(f"{name}/{number}.png" for name in CLASSES for number in range(IMAGES))
    assert all(split["images"] == len(split["files"]) for split in record["splits"].values())
    assert record["root"] == str((finished.folder.parents[1] / "photos").resolve())


def test_a_run_uses_its_own_images_from_any_working_directory(
    finished: Run, host: PluginHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    assert evaluate(finished.folder, host=host).metrics == finished.test


def test_images_that_were_added_later_are_not_used(
    finished: Run, host: PluginHost, photos: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copies = [shutil.copytree(finished.folder, tmp_path / name) for name in ("before", "after")]
    validation = evaluate(finished.folder, split="validation", host=host).metrics
    before = resume(copies[0], train={"epochs": 2}, host=host, progress=False)
    for number in range(30):
        draw(photos / "dark" / f"new {number}.png", 100, 1000 + number)
    with caplog.at_level(logging.WARNING, "convlab"):
        assert evaluate(finished.folder, host=host).metrics == finished.test
        assert evaluate(finished.folder, split="validation", host=host).metrics == validation
        exported = export(finished.folder, "keras", to=tmp_path / "a.keras", host=host)
        after = resume(copies[1], train={"epochs": 2}, host=host, progress=False)
    assert exported.images == len(files_of(finished.folder, "test"))
    assert weights(after) == weights(before)
    assert after.test == before.test
    assert not caplog.records


def swap_across_classes(photos: Path, files: list[str]) -> None:
    one, other = (next(file for file in files if file.startswith(name)) for name in CLASSES)
    content = (photos / one).read_bytes()
    (photos / one).write_bytes((photos / other).read_bytes())
    (photos / other).write_bytes(content)


def replace_by_noise(photos: Path, files: list[str]) -> None:
    for seed, file in enumerate(file for file in files if "dark" in file):
        draw(photos / file, 20, 5000 + seed)


def remove(photos: Path, files: list[str]) -> None:
    (photos / files[0]).unlink()


def move_to_another_class(photos: Path, files: list[str]) -> None:
    (photos / files[0]).rename(photos / ("dark" if "bright" in files[0] else "bright") / "moved.png")


@pytest.mark.parametrize("split", ["train", "validation", "test"])
@pytest.mark.parametrize("change", [swap_across_classes, replace_by_noise, remove, move_to_another_class])
def test_a_run_is_not_resumed_on_other_images_and_evaluating_them_says_so(
    finished: Run,
    host: PluginHost,
    photos: Path,
    caplog: pytest.LogCaptureFixture,
    change: Callable[[Path, list[str]], None],
    split: str,
) -> None:
    change(photos, list(files_of(finished.folder, split)))
    name = {"train": "training"}.get(split, split)
    with pytest.raises(DataError, match=f"{name} images (have other labels|changed or are missing)"):
        resume(finished.folder, train={"epochs": 2}, host=host, progress=False)
    if split == "test":
        evaluate(finished.folder, host=host)
        assert "the results are not those of the run's images" in caplog.text


def test_a_folder_that_was_moved_is_still_that_of_the_run(
    finished: Run, host: PluginHost, photos: Path, tmp_path: Path
) -> None:
    moved = shutil.copytree(photos, tmp_path / "moved")
    evaluation = evaluate(finished.folder, dataset_options={"path": str(moved)}, host=host)
    assert evaluation.metrics == finished.test


def test_evaluating_another_folder_with_images_that_were_trained_on_says_so(
    finished: Run, host: PluginHost, photos: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in CLASSES:
        (tmp_path / "other" / name).mkdir(parents=True)
    for file in list(files_of(finished.folder, "train"))[::3]:
        shutil.copy(photos / file, tmp_path / "other" / file)
    evaluation = evaluate(finished.folder, dataset_options={"path": str(tmp_path / "other")}, host=host)
    assert f"trained on {evaluation.images} of the {evaluation.images} images" in caplog.text


def test_a_run_without_a_record_of_its_images_has_no_known_validation_set(
    finished: Run, host: PluginHost, photos: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = shutil.copytree(finished.folder, tmp_path / "copy")
    (copy / "data.json").unlink()
    with pytest.raises(ConfigError, match=r"has no data\.json, so its validation set is unknown"):
        evaluate(copy, split="validation", host=host)
    evaluate(copy, host=host)
    assert "some of the images may have been trained on" in caplog.text
    replace_by_noise(photos, list(files_of(finished.folder, "train")))
    with pytest.raises(DataError, match="the training data changed since the checkpoint"):
        resume(copy, train={"epochs": 2}, host=host, progress=False)


@pytest.mark.parametrize("split", ["train", "test"])
def test_arrays_that_changed_are_noticed_whatever_the_scaling(
    host: PluginHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split: str
) -> None:
    experiment = Experiment(
        architecture="mlp",
        data=DataSettings(scaling="unit"),
        train=TrainSettings(epochs=1, max_steps=1, compile="off"),
    )
    folder = run(experiment, host=host, runs_dir=tmp_path, name="run", progress=False).folder
    data = prepare(experiment, host=host).data
    splits: dict[str, Any] = {"train": data.train, "test": data.test}
    images = np.array(splits[split].images)
    images[[0, 1]] = images[[1, 0]]
    splits[split] = (images, splits[split].labels)
    changed = ImageData(**splits, class_names=data.class_names)
    monkeypatch.setattr("convlab.training.preparation.load_checked", lambda *arguments: changed)
    name = {"train": "training"}.get(split, split)
    with pytest.raises(DataError, match=f"the {name} images are not those of the run"):
        resume(folder, train={"max_steps": 2}, host=host, progress=False)
