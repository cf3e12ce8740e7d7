"""``convlab run`` as a user types it, in its own process."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest


def convlab(*arguments: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "convlab", *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def without_timings(lines: str) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in lines.splitlines()]
    return [{k: v for k, v in r.items() if k not in ("seconds", "images_per_second")} for r in records]


def test_run_without_arguments_trains_on_digits_and_prints_the_run_folder_and_the_next_step(
    tmp_path: Path,
) -> None:
    finished = convlab("run", folder=tmp_path)
    assert finished.returncode == 0, finished.stderr
    (folder,) = (tmp_path / "runs").glob("[!.]*")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["test"]["accuracy"] >= 0.95
    assert f"runs/{folder.name}" in finished.stdout
    assert f"convlab run runs/{folder.name}/experiment.toml -a mlp" in finished.stdout
    assert "epoch 10/10" in finished.stderr
    assert "I0000" not in finished.stderr, "TensorFlow logged to the terminal"
    assert "WARNING" not in finished.stderr
    assert "\x1b[" not in finished.stdout + finished.stderr, "piped output must not be coloured"


@pytest.mark.slow
def test_rerunning_the_saved_experiment_in_another_process_reproduces_every_result(
    forked: Any, tmp_path: Path
) -> None:
    arguments = "run -a cnn -o sgd -m accuracy -m macro_f1 -e 2 --seed 3 --name first --quiet"
    first = forked.run(tmp_path, *arguments.split())
    again = convlab("run", "runs/first/experiment.toml", "--name", "again", "--json", folder=tmp_path)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert first.stderr == ""
    folders = [tmp_path / "runs" / name for name in ("first", "again")]
    records, repeated_records = (
        without_timings((folder / "metrics.jsonl").read_text(encoding="utf-8")) for folder in folders
    )
    assert records == repeated_records
    test_results = [
        json.loads((folder / "summary.json").read_text(encoding="utf-8"))["test"] for folder in folders
    ]
    assert test_results[0] == test_results[1]
    experiments = [(folder / "experiment.toml").read_text(encoding="utf-8") for folder in folders]
    assert experiments[0] == experiments[1]

    printed = json.loads(again.stdout)
    assert printed == json.loads((folders[1] / "summary.json").read_text(encoding="utf-8"))
    documented = {"run", "experiment", "parameters", "epochs", "test", "timing"}
    assert set(printed) == documented | {"started", "stop_reason", "selected_epoch", "resumed"}
    assert set(printed["timing"]) == {*("import", "data", "build", "compile", "train", "evaluate", "other")}
    assert set(printed["epochs"][0]) == {
        *("epoch", "seconds", "images_per_second", "loss", "accuracy", "macro_f1"),
        *("val_loss", "val_accuracy", "val_macro_f1"),
    }
    files = {file.name for file in folders[0].iterdir()}
    assert files == {
        *(
            "experiment.toml",
            "environment.json",
            "data.json",
            "metrics.jsonl",
            "summary.json",
            "model.keras",
            "checkpoints",
        )
    }
    environment = json.loads((folders[0] / "environment.json").read_text(encoding="utf-8"))
    assert environment["xla"] is False
    assert [plugin["name"] for plugin in environment["plugins"]][:2] == ["convlab:digits", "convlab:cnn"]
    assert tomllib.loads(experiments[0])["train"]["seed"] == 3


NOISY = """
import sys
from convlab import Architecture, hookimpl

print("printed at import")

def build(input_shape, num_classes, options):
    import keras
    print("printed while building")
    logits = keras.layers.Dense(num_classes)
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), logits])

@hookimpl
def convlab_architectures():
    return [Architecture(name="noisy", summary="Prints", build=build)]
"""


def test_standard_output_contains_only_json_even_if_plugins_print(forked: Any, tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(NOISY, encoding="utf-8")
    arguments = "run --plugin noisy.py -a noisy -e 1 --json --quiet -s data.validation=0"
    finished = forked.run(tmp_path, *arguments.split())
    assert finished.returncode == 0, finished.stderr
    printed = json.loads(finished.stdout)
    assert "val_loss" not in printed["epochs"][0]
    assert "printed at import" in finished.stderr
    assert printed["experiment"]["architecture"] == "noisy.py:noisy"

    environment = json.loads((tmp_path / printed["run"] / "environment.json").read_text(encoding="utf-8"))
    (recorded,) = [plugin for plugin in environment["plugins"] if plugin["kind"] == "architecture"]
    assert recorded["text"] == NOISY
    assert len(recorded["sha256"]) == 64


@pytest.mark.slow
def test_the_saved_model_accepts_raw_pixels_and_reproduces_the_test_accuracy_of_the_run(
    forked: Any, tmp_path: Path
) -> None:
    finished = forked.run(tmp_path, "run", "-e", "1", "--name", "saved", "--json")
    program = (
        "import sys, keras, numpy as np; arrays = np.load(sys.argv[2])\n"
        "logits = keras.saving.load_model(sys.argv[1]).predict(arrays['images'], verbose=0)\n"
        "print(float((logits.argmax(1) == arrays['labels']).mean()))"
    )
    from convlab import Dataset, DataSource, PluginHost

    digits = PluginHost(third_party=False).find(Dataset, "digits").part.load(DataSource(folders=()), None)
    np.savez(tmp_path / "test.npz", images=np.asarray(digits.test.images), labels=digits.test.labels)
    model = str(tmp_path / "runs" / "saved" / "model.keras")
    loaded = subprocess.run(
        [sys.executable, "-c", program, model, str(tmp_path / "test.npz")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(loaded.stdout) == pytest.approx(json.loads(finished.stdout)["test"]["accuracy"], abs=1e-6)


def test_without_internet_access_the_error_names_the_files_the_folders_and_the_flag(tmp_path: Path) -> None:
    closed_port = "http://127.0.0.1:9"
    finished = convlab(
        "run",
        "-d",
        "mnist",
        folder=tmp_path,
        https_proxy=closed_port,
        http_proxy=closed_port,
        KERAS_HOME=str(tmp_path),
    )
    assert finished.returncode == 1
    assert finished.stdout == ""
    message = finished.stderr.splitlines()[-1]
    for text in ("error: dataset 'mnist'", str(tmp_path), "train-images-idx3-ubyte.gz", "--data-dir"):
        assert text in message
    assert not list(tmp_path.glob("runs/*"))


def test_a_nan_loss_stops_the_run_with_an_error_that_names_the_step_and_the_cause(
    forked: Any, tmp_path: Path
) -> None:
    arguments = "run -o sgd --learning-rate 1e12 -s data.scaling=none --quiet"
    for loop in ("tape", "fit"):
        finished = forked.run(tmp_path, *arguments.split(), "--loop", loop, "--name", loop)
        assert finished.returncode == 1
        assert "error: the loss became nan in epoch 1, step 2 of 20; lower" in finished.stderr
        assert "lower --learning-rate (now 1e+12), or look for" in finished.stderr
        assert not (tmp_path / "runs" / loop / "summary.json").exists()


REPORTING = """
from convlab import Architecture, hookimpl

def build(input_shape, num_classes, options):
    import keras
    from tensorflow.python.framework import config
    print("deterministic:", config.is_op_determinism_enabled())
    logits = keras.layers.Dense(num_classes)
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), logits])

@hookimpl
def convlab_architectures():
    return [Architecture(name="reporting", summary="Prints TensorFlow's setting", build=build)]
"""


def test_the_deterministic_flag_turns_on_deterministic_operations(forked: Any, tmp_path: Path) -> None:
    (tmp_path / "reporting.py").write_text(REPORTING, encoding="utf-8")
    finished = forked.run(
        tmp_path, "run", "--plugin", "reporting.py", "-a", "reporting", "--dry-run", "--deterministic"
    )
    assert finished.returncode == 0, finished.stderr
    assert "deterministic: True" in finished.stderr
