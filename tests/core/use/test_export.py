"""Exports are loaded by the runtime of their format, and predict the same as the run's model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from typer.testing import CliRunner

from convlab import (
    ConfigError,
    Dataset,
    DataSource,
    Experiment,
    ExportError,
    PluginHost,
    TrainSettings,
    TrustError,
    export,
    open_run,
    run,
)
from convlab.cli.app import app
from convlab.use.export_formats import FORMATS

EXPORTS: list[tuple[str, str | None]] = [
    ("keras", None),
    ("saved-model", None),
    ("litert", None),
    ("onnx", None),
]
EXPORTS += [("litert", "float16"), ("litert", "int8")]


@pytest.fixture(scope="module")
def images() -> npt.NDArray[np.uint8]:
    """The test images of the digits."""
    digits = PluginHost(third_party=False).find(Dataset, "digits").part.load(DataSource(folders=()), None)
    return np.asarray(digits.test.images)


@pytest.mark.parametrize(("format_", "quantize"), EXPORTS)
def test_an_export_is_the_same_model_in_its_own_runtime(
    runs_dir: Path, tmp_path: Path, images: npt.NDArray[np.uint8], format_: str, quantize: str | None
) -> None:
    to = tmp_path / "new" / f"digits{FORMATS[format_].suffix}"
    exported = export("plain", format_, quantize=quantize, to=to, runs_dir=runs_dir)
    assert exported.path == to
    assert exported.images == len(images)
    assert exported.agreement >= (0.95 if quantize else 1.0)
    assert exported.largest_difference <= (1.0 if quantize else 1e-4)
    summary = open_run("plain", runs_dir=runs_dir).summary()
    assert exported.accuracy_of_run == pytest.approx(summary["test"]["accuracy"], abs=1e-6)
    written = {to} if to.is_dir() else {to, to.with_suffix(".labels.txt")}
    assert set(to.parent.iterdir()) == written, "the unfinished file was not removed"

    logits = FORMATS[format_].load(to, trust=False)(images)
    original = np.asarray(open_run("plain", runs_dir=runs_dir).load_model()(images))
    assert np.abs(logits - original).max() <= exported.largest_difference + 1e-4
    assert logits.dtype == np.float32


@pytest.mark.slow
def test_quantization_reduces_the_size(runs_dir: Path, tmp_path: Path) -> None:
    sizes = [
        export(
            "plain", "litert", quantize=quantize, to=tmp_path / f"{quantize}.tflite", runs_dir=runs_dir
        ).size
        for quantize in (None, "float16", "int8")
    ]
    assert sizes[0] > 1.8 * sizes[1]
    assert sizes[1] > 1.6 * sizes[2]


@pytest.mark.parametrize("format_", ["litert", "onnx"])
def test_a_mixed_precision_model_is_exported_in_float32(tmp_path: Path, format_: str) -> None:
    experiment = Experiment(
        architecture="cnn",
        architecture_options={"batch_normalization": True},
        train=TrainSettings(epochs=1, max_steps=30, precision="mixed_bfloat16"),
    )
    made = run(experiment, host=PluginHost(third_party=False), runs_dir=tmp_path, progress=False)
    exported = export(made.folder, format_)
    assert exported.agreement >= 0.95
    assert exported.path == made.folder / "exports" / f"model{FORMATS[format_].suffix}"


def test_an_exported_model_does_not_depend_on_its_custom_classes(runs_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(TrustError):
        export("customized", "onnx", to=tmp_path / "custom.onnx", runs_dir=runs_dir)
    export("customized", "onnx", to=tmp_path / "custom.onnx", runs_dir=runs_dir, trust=True)
    program = (
        "import sys, numpy, onnxruntime\n"
        "session = onnxruntime.InferenceSession(sys.argv[1])\n"
        "print(session.run(None, {'image': numpy.zeros((3, 8, 8, 1), numpy.uint8)})[0].shape)\n"
        "assert 'tensorflow' not in sys.modules and 'convlab' not in sys.modules"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "custom.onnx")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "(3, 10)\n"


def test_existing_files_are_not_lost(runs_dir: Path, tmp_path: Path) -> None:
    file, folder = tmp_path / "model.keras", tmp_path / "folder"
    file.write_text("mine", encoding="utf-8")
    folder.mkdir()
    (folder / "mine").touch()
    for format_, to in (("keras", file), ("saved-model", folder)):
        with pytest.raises(
            ConfigError, match="already exists; choose another `to`, or use `force` to replace it"
        ):
            export("plain", format_, to=to, runs_dir=runs_dir)
    with pytest.raises(ConfigError, match="is not a saved-model export; it was not replaced"):
        export("plain", "saved-model", to=folder, force=True, runs_dir=runs_dir)
    assert (folder / "mine").exists()

    export("plain", "keras", to=file, force=True, runs_dir=runs_dir)
    assert file.stat().st_size > 1000
    made = tmp_path / "made"
    for force in (False, True):
        export("plain", "saved-model", to=made, force=force, runs_dir=runs_dir)
        assert (made / "saved_model.pb").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {
        *("model.keras", "model.labels.txt", "folder", "made")
    }

    (tmp_path / "mine.labels.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.labels\.txt' has other labels; choose another `to`"):
        export("plain", "keras", to=tmp_path / "mine.keras", runs_dir=runs_dir)


def test_an_export_with_other_predictions_is_deleted(
    runs_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_another(self: object, model: object, path: Path, *arguments: object) -> None:
        import keras

        keras.models.clone_model(model).save(path)  # with other weights

    monkeypatch.setattr("convlab.use.export_formats.KerasFile.write", write_another)
    with pytest.raises(ExportError, match=r"agrees with the model on only .*% of the images and was deleted"):
        export("plain", "keras", to=tmp_path / "other.keras", runs_dir=runs_dir)
    assert not list(tmp_path.iterdir())


def test_an_error_of_a_converter_is_reported_in_one_line(
    runs_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **settings: object) -> None:
        os.write(2, b"pages of native warnings\n")
        raise ValueError("no such operation:\n  FancyOp\n" + "word " * 1000)

    monkeypatch.setattr("keras.Model.export", fail)
    done = CliRunner().invoke(
        app,
        [*("export", "plain", "-f", "onnx", "--to", str(tmp_path / "x.onnx"), "--runs-dir", str(runs_dir))],
    )
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert "cannot be exported as onnx (no such operation: FancyOp word word" in line
    assert line.endswith("…); try another format")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-f", "onxx"], "'onxx'; did you mean 'onnx'"),
        (["-f", "onnx", "--quantize", "int8"], "onnx does not support int8; use litert"),
        (["-f", "litert", "--quantize", "int4"], "litert does not support int4; did you mean 'int8'"),
        (["-f", "litert", "--to", "model.onnx"], "the name of a litert file ends in .tflite"),
    ],
)
def test_an_invalid_option_is_reported_before_anything_is_loaded(
    runs_dir: Path, arguments: list[str], message: str
) -> None:
    done = CliRunner().invoke(app, ["export", "plain", *arguments, "--runs-dir", str(runs_dir)])
    assert done.exit_code == 2
    assert message in done.stderr


def test_a_format_with_missing_packages_names_the_extra(
    runs_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        ConfigError, match=r"requires ai_edge_litert; run 'pip install \"keras-convlab\[litert\]\"'"
    ):
        export("plain", "litert", runs_dir=runs_dir)
    with pytest.raises(
        ConfigError, match=r"requires tf2onnx, onnx, onnxruntime; run 'pip install \"keras-convlab\[onnx\]\"'"
    ):
        export("plain", "onnx", runs_dir=runs_dir)


def test_the_command_prints_the_size_the_agreement_and_the_difference(runs_dir: Path, tmp_path: Path) -> None:
    arguments = [
        "export",
        "plain",
        "-f",
        "keras",
        "--to",
        str(tmp_path / "a.keras"),
        "--runs-dir",
        str(runs_dir),
    ]
    page = CliRunner().invoke(app, arguments).stdout
    assert "compared  on 359 test images: same class for 100.00%, logits within 0" in page
    printed = json.loads(CliRunner().invoke(app, [*arguments, "--force", "--json"]).stdout)
    assert printed["path"] == str(tmp_path / "a.keras")
    assert printed["agreement"] == 1.0
