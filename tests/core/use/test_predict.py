"""Predictions for image files equal those of the model, whatever the files contain."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from convlab import ConfigError, Dataset, DataSource, ImageData, PluginHost, TrustError, open_run, predict
from convlab.cli.app import app


@pytest.fixture(scope="module")
def digits() -> ImageData:
    return PluginHost(third_party=False).find(Dataset, "digits").part.load(DataSource(folders=()), None)


@pytest.fixture(scope="module")
def image_folder(digits: ImageData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the test images of the digits, and files that are not images."""
    folder = tmp_path_factory.mktemp("images")
    for number, image in enumerate(np.asarray(digits.test.images)):
        file = folder / f"{number % 3}" / f"{number:04}.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(image[..., 0]).save(file)
    (folder / "notes.txt").touch()
    (folder / "0" / ".hidden.png").touch()
    return folder


def test_the_images_in_a_folder_get_the_probabilities_of_the_model(
    runs_dir: Path, image_folder: Path, digits: ImageData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.training.evaluator._LARGEST_CHUNK", 100)  # several batches
    found = predict("plain", [image_folder], top=10, runs_dir=runs_dir)
    assert len(found.predictions) == len(digits.test.images)
    assert (found.unreadable, found.hint) == ((), "")
    assert [each.file for each in found.predictions] == sorted(image_folder.rglob("[0-9]*.png"))

    from keras import ops

    model = open_run("plain", runs_dir=runs_dir).load_model()
    expected = np.asarray(ops.softmax(model(digits.test.images)))
    for prediction in found.predictions:
        row = expected[int(prediction.file.stem)]
        assert prediction.changes == {}
        assert [int(each.name) for each in prediction.classes] == list(np.argsort(-row, kind="stable"))
        np.testing.assert_allclose(
            [each.probability for each in prediction.classes], -np.sort(-row), atol=1e-5
        )


def test_light_images_get_a_hint_if_the_training_images_were_dark(
    runs_dir: Path, tmp_path: Path, small_mnist_dir: Path
) -> None:
    with np.load(small_mnist_dir / "mnist.npz") as mnist:
        Image.fromarray(255 - mnist["x_test"][0]).save(tmp_path / "ink.png")
        Image.fromarray(mnist["x_test"][0]).save(tmp_path / "chalk.png")
    hints = [
        predict("plain", [tmp_path / name], invert=invert, runs_dir=runs_dir).hint
        for name, invert in (("ink.png", False), ("ink.png", True), ("chalk.png", False))
    ]
    assert hints == [
        "the images are light, but the training images were dark; `invert` may help",
        "",
        "",
    ]


def test_images_are_resized_like_the_training_images(runs_dir: Path, tmp_path: Path) -> None:
    Image.new("L", (30, 20)).save(tmp_path / "wide.png")
    copy = shutil.copytree(runs_dir / "plain", tmp_path / "copy")
    toml = (copy / "experiment.toml").read_text(encoding="utf-8")
    toml = toml.replace("[dataset_options]", '[dataset_options]\nresize = "pad"')
    (copy / "experiment.toml").write_text(toml, encoding="utf-8")
    wide = [tmp_path / "wide.png"]
    predicted = [
        predict(copy, wide),
        predict(runs_dir / "plain", wide),
        predict(copy, wide, resize="stretch"),
    ]
    methods = [found.predictions[0].changes["resized"] for found in predicted]
    assert [method.partition(", ")[2] for method in methods] == [
        "padded with black",
        "cropped to the center",
        "stretched",
    ]


def test_classes_that_were_not_recorded_are_numbered(
    runs_dir: Path, tmp_path: Path, image_folder: Path
) -> None:
    copy = shutil.copytree(runs_dir / "plain", tmp_path / "copy")
    for recorded in (None, {"class_names": ["one"], "input_shape": ["x"]}):
        environment = json.loads((copy / "environment.json").read_text(encoding="utf-8"))
        (copy / "environment.json").write_text(json.dumps(environment | {"data": recorded}), encoding="utf-8")
        found = predict(copy, [image_folder / "0"], top=10)
        assert {each.name for each in found.predictions[0].classes} == set("0123456789")


def test_the_command_reports_conversions_and_counts_unreadable_files(
    runs_dir: Path, image_folder: Path, tmp_path: Path
) -> None:
    Image.open(image_folder / "0" / "0000.png").convert("RGB").resize((30, 20)).save(tmp_path / "big.png")
    (tmp_path / "broken.png").write_bytes(b"not an image")
    (tmp_path / "empty").mkdir()
    arguments = ["predict", "plain", "-", str(tmp_path / "big.png"), "--runs-dir", str(runs_dir)]
    listed = [
        image_folder / "0" / "0000.png",
        tmp_path / "broken.png",
        tmp_path / "empty",
        tmp_path / "no.png",
    ]
    done = CliRunner().invoke(app, arguments, input="\r\n".join(map(str, listed)))
    assert done.exit_code == 1
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        str(listed[0]),
        str(tmp_path / "big.png"),
    ]
    for message in (
        "note: colors: " + str(tmp_path / "big.png") + " (RGB to grayscale)",
        "(30×20 to 8×8, cropped to the center)",
        f"error: {tmp_path / 'broken.png'}: not an image file",
        f"error: {tmp_path / 'empty'}: the folder contains no image files",
        f"error: {tmp_path / 'no.png'}: not found",
        "3 of 5 files could not be read",
    ):
        assert message in done.stderr

    arguments += ["--json", "--quiet", "--top", "1"]
    done = CliRunner().invoke(app, arguments, input=str(listed[0]))
    assert (done.exit_code, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    assert [len(each["classes"]) for each in printed["predictions"]] == [1, 1]
    assert printed["predictions"][1]["changes"] == {
        "colors": "RGB to grayscale",
        "resized": "30×20 to 8×8, cropped to the center",
    }


def test_code_that_is_not_trusted_is_not_executed_for_a_prediction(
    runs_dir: Path, image_folder: Path
) -> None:
    log = runs_dir.parent / "executed.log"
    before = log.read_text(encoding="utf-8")
    with pytest.raises(TrustError):
        predict("customized", [image_folder], runs_dir=runs_dir)
    assert log.read_text(encoding="utf-8") == before
    assert predict("customized", [image_folder / "0"], runs_dir=runs_dir, trust=True).predictions
    with pytest.raises(ConfigError, match="unknown `resize` 'cropped'; did you mean 'crop'"):
        predict("plain", [], resize="cropped", runs_dir=runs_dir)  # type: ignore[arg-type]
