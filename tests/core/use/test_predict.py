"""Predictions of pictures: the model's own, whatever else lies beside them."""

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
def pictures(digits: ImageData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all test images of the digits, and files that are no pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    for number, image in enumerate(np.asarray(digits.test.images)):
        file = folder / f"{number % 3}" / f"{number:04}.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(image[..., 0]).save(file)
    (folder / "notes.txt").touch()
    (folder / "0" / ".hidden.png").touch()
    return folder


def test_the_pictures_in_a_folder_get_the_model_s_own_probabilities(
    runs_dir: Path, pictures: Path, digits: ImageData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.training.evaluator._LARGEST_CHUNK", 100)  # several batches
    found = predict("plain", [pictures], top=10, runs_dir=runs_dir)
    assert len(found.predictions) == len(digits.test.images)
    assert (found.unreadable, found.hint) == ((), "")
    assert [each.picture for each in found.predictions] == sorted(pictures.rglob("[0-9]*.png"))

    from keras import ops

    model = open_run("plain", runs_dir=runs_dir).load_model()
    expected = np.asarray(ops.softmax(model(digits.test.images)))
    for prediction in found.predictions:
        row = expected[int(prediction.picture.stem)]
        assert prediction.changes == {}
        assert [int(each.name) for each in prediction.classes] == list(np.argsort(-row, kind="stable"))
        np.testing.assert_allclose(
            [each.probability for each in prediction.classes], -np.sort(-row), atol=1e-5
        )


def test_a_light_picture_where_the_model_learnt_dark_ones_gets_a_hint(
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
        "the pictures are light where the training images were dark: --invert may help",
        "",
        "",
    ]


def test_pictures_are_resized_as_those_were_that_the_model_has_learnt_from(
    runs_dir: Path, tmp_path: Path
) -> None:
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
    ways = [found.predictions[0].changes["resized"] for found in predicted]
    assert [way.partition(", ")[2] for way in ways] == [
        "padded with black",
        "cropped to the center",
        "stretched",
    ]


def test_where_the_run_did_not_note_the_classes_they_are_numbers(
    runs_dir: Path, tmp_path: Path, pictures: Path
) -> None:
    copy = shutil.copytree(runs_dir / "plain", tmp_path / "copy")
    for noted in (None, {"class_names": ["one"], "input_shape": ["x"]}):
        environment = json.loads((copy / "environment.json").read_text(encoding="utf-8"))
        (copy / "environment.json").write_text(json.dumps(environment | {"data": noted}), encoding="utf-8")
        found = predict(copy, [pictures / "0"], top=10)
        assert {each.name for each in found.predictions[0].classes} == set("0123456789")


def test_the_command_tells_what_it_did_and_counts_what_it_could_not_read(
    runs_dir: Path, pictures: Path, tmp_path: Path
) -> None:
    Image.open(pictures / "0" / "0000.png").convert("RGB").resize((30, 20)).save(tmp_path / "big.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "empty").mkdir()
    arguments = ["predict", "plain", "-", str(tmp_path / "big.png"), "--runs-dir", str(runs_dir)]
    listed = [pictures / "0" / "0000.png", tmp_path / "broken.png", tmp_path / "empty", tmp_path / "no.png"]
    done = CliRunner().invoke(app, arguments, input="\r\n".join(map(str, listed)))
    assert done.exit_code == 1
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        str(listed[0]),
        str(tmp_path / "big.png"),
    ]
    for said in (
        "note: colors: " + str(tmp_path / "big.png") + " (RGB to grayscale)",
        "(30×20 to 8×8, cropped to the center)",
        f"error: {tmp_path / 'broken.png'}: not an image file",
        f"error: {tmp_path / 'empty'}: the folder has no pictures",
        f"error: {tmp_path / 'no.png'}: no such file",
        "3 of 5 could not be read",
    ):
        assert said in done.stderr

    arguments += ["--json", "--quiet", "--top", "1"]
    done = CliRunner().invoke(app, arguments, input=str(listed[0]))
    assert (done.exit_code, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    assert [len(each["classes"]) for each in printed["predictions"]] == [1, 1]
    assert printed["predictions"][1]["changes"] == {
        "colors": "RGB to grayscale",
        "resized": "30×20 to 8×8, cropped to the center",
    }


def test_nothing_of_a_run_that_is_not_trusted_predicts(runs_dir: Path, pictures: Path) -> None:
    log = runs_dir.parent / "executed.log"
    before = log.read_text(encoding="utf-8")
    with pytest.raises(TrustError):
        predict("own", [pictures], runs_dir=runs_dir)
    assert log.read_text(encoding="utf-8") == before
    assert predict("own", [pictures / "0"], runs_dir=runs_dir, trust=True).predictions
    with pytest.raises(ConfigError, match="--resize cropped: no such way; did you mean 'crop'"):
        predict("plain", [], resize="cropped", runs_dir=runs_dir)  # type: ignore[arg-type]
