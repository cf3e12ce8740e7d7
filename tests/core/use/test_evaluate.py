"""Evaluating a run gives the same metrics as the run itself, and details per class."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from typer.testing import CliRunner

from convlab import (
    ConfigError,
    DataError,
    Evaluation,
    Experiment,
    PluginHost,
    RunFolderError,
    TrainSettings,
    TrustError,
    evaluate,
    export,
    run,
)
from convlab.cli.app import app


@pytest.fixture(scope="module")
def evaluation(runs_dir: Path) -> Evaluation:
    return evaluate("plain", runs_dir=runs_dir)


def test_the_test_metrics_equal_those_of_the_summary(runs_dir: Path, evaluation: Evaluation) -> None:
    summary = json.loads((runs_dir / "plain" / "summary.json").read_text(encoding="utf-8"))
    assert evaluation.metrics == summary["test"]
    assert (evaluation.dataset, evaluation.split, evaluation.images) == ("digits", "test", 359)


def test_evaluation_and_export_ignore_the_floatx_and_image_data_format_they_find(
    runs_dir: Path, evaluation: Evaluation, tmp_path: Path
) -> None:
    import keras

    before = keras.config.floatx(), keras.config.image_data_format()
    keras.config.set_floatx("float16")
    keras.config.set_image_data_format("channels_first")
    try:
        found = evaluate("plain", runs_dir=runs_dir)
        exported = export("plain", "keras", to=tmp_path / "plain.keras", runs_dir=runs_dir)
        assert (keras.config.floatx(), keras.config.image_data_format()) == ("float16", "channels_first")
    finally:
        keras.config.set_floatx(before[0])
        keras.config.set_image_data_format(before[1])
    assert found.metrics == evaluation.metrics
    assert np.array_equal(found.logits, evaluation.logits)
    assert exported.largest_difference == 0


def test_the_validation_metrics_equal_those_of_the_last_epoch(runs_dir: Path) -> None:
    (line,) = (runs_dir / "plain" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    of_run = {name[4:]: value for name, value in json.loads(line).items() if name.startswith("val_")}
    assert evaluate("plain", split="validation", runs_dir=runs_dir).metrics == of_run


def test_the_metrics_of_a_class_agree_with_the_confusion_matrix(evaluation: Evaluation) -> None:
    matrix = evaluation.confusion_matrix
    predicted = evaluation.logits.argmax(axis=1)
    for label, report in enumerate(evaluation.classes):
        assert [((evaluation.labels == label) & (predicted == other)).sum() for other in range(10)] == list(
            matrix[label]
        )
        correct = matrix[label, label]
        assert report.support == matrix[label].sum()
        assert report.recall == pytest.approx(correct / report.support)
        assert report.precision == pytest.approx(correct / matrix[:, label].sum())
        assert report.f1 == pytest.approx(
            2 * report.precision * report.recall / (report.precision + report.recall)
        )
    assert np.trace(matrix) / evaluation.images == pytest.approx(evaluation.metrics["accuracy"])
    worst = evaluation.worst_confusions(1)[0]
    mistakes = matrix - np.diag(np.diag(matrix))
    assert worst.images == mistakes.max() == matrix[int(worst.label), int(worst.predicted)]


def test_another_dataset_must_have_the_same_image_shape(runs_dir: Path, small_mnist_dir: Path) -> None:
    with pytest.raises(DataError, match=r"mnist has images of 28×28×1, but the model of .* takes 8×8×1"):
        evaluate("plain", dataset="mnist", runs_dir=runs_dir, data_dir=small_mnist_dir)


def test_a_folder_of_images_can_be_evaluated(runs_dir: Path, tmp_path: Path) -> None:
    for name, image in zip("0123456789" * 2, load_digits().images, strict=False):
        file = tmp_path / "digits" / name / f"{len(list(tmp_path.rglob('*.png')))}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((image * 15.9).astype(np.uint8)).save(file)
    options = {"path": str(tmp_path / "digits")}
    evaluation = evaluate("plain", dataset="folder", dataset_options=options, runs_dir=runs_dir)
    assert [report.support for report in evaluation.classes] == [2] * 10
    with pytest.raises(ConfigError, match="pth`: dataset 'folder' has no such option; did you mean 'path'"):
        evaluate("plain", dataset="folder", dataset_options={"pth": ""}, runs_dir=runs_dir)


def test_other_class_names_are_refused(runs_dir: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(runs_dir / "plain", tmp_path / "copy")
    text = (copy / "environment.json").read_text(encoding="utf-8")
    environment = json.loads(text)
    environment["data"]["class_names"][0] = "zero"
    (copy / "environment.json").write_text(json.dumps(environment), encoding="utf-8")
    with pytest.raises(
        DataError, match=r"digits has the classes '0', '1', '2' and 7 more, but .* predicts 'zero', '1'"
    ):
        evaluate(copy)


def test_a_run_that_cannot_be_evaluated_is_reported_with_the_reason(runs_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown `split` 'train'; choose from test, validation"):
        evaluate("plain", split="train", runs_dir=runs_dir)  # type: ignore[arg-type]
    with pytest.raises(TrustError, match=r"'doubling\.py'"):
        evaluate("customized", runs_dir=runs_dir)
    copy = shutil.copytree(runs_dir / "plain", tmp_path / "copy")
    toml = (copy / "experiment.toml").read_text(encoding="utf-8")
    (copy / "experiment.toml").write_text(
        toml.replace("validation = 0.1", "validation = 0.0"), encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"has no validation set \(data.validation is 0\)"):
        evaluate(copy, split="validation", host=PluginHost(third_party=False))
    (copy / "model.keras").unlink()
    with pytest.raises(RunFolderError, match=r"has no model\.keras; it was removed, run it again"):
        evaluate(copy)


def test_the_command_prints_what_the_call_returns(runs_dir: Path, evaluation: Evaluation) -> None:
    done = CliRunner().invoke(app, ["evaluate", "plain", "--runs-dir", str(runs_dir), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads(json.dumps(evaluation.summary()))
    page = CliRunner().invoke(app, ["evaluate", "plain", "--runs-dir", str(runs_dir)]).stdout
    assert f"accuracy {evaluation.metrics['accuracy']:.4f}" in page
    assert f"expected calibration error {evaluation.calibration.error:.4f} (15 bins)" in page
    assert "true \\ predicted" in page


def test_a_folder_run_is_evaluated_on_its_test_set_or_on_all_of_another_folder(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for folder, count in (("own", 40), ("new", 6)):
        for number in range(count):
            file = tmp_path / folder / "ab"[number % 2] / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 256, (8, 8), np.uint8)).save(file)
    own = {"path": str(tmp_path / "own")}
    experiment = Experiment(
        dataset="folder", dataset_options=own, architecture="mlp", train=TrainSettings(epochs=1)
    )
    host = PluginHost(third_party=False)
    made = run(experiment, host=host, runs_dir=tmp_path / "runs", name="run", progress=False)
    tested = evaluate(made.folder, host=host)
    again = evaluate(
        made.folder, host=host, dataset_options={"path": f"{tmp_path}/new/../own", "resize": "crop"}
    )
    assert tested.metrics == again.metrics == made.test
    assert tested.images < 20
    assert evaluate(made.folder, host=host, dataset_options={"path": str(tmp_path / "new")}).images == 6
