"""``convlab run`` as a user types it, in a process of its own."""

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


def without_times(lines: str) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in lines.splitlines()]
    return [{k: v for k, v in r.items() if k not in ("seconds", "images_per_second")} for r in records]


def test_the_bare_run_trains_on_real_digits_and_says_where_and_what_next(tmp_path: Path) -> None:
    done = convlab("run", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "runs").iterdir()
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["test"]["accuracy"] >= 0.95
    assert f"runs/{folder.name}" in done.stdout
    assert f"convlab run runs/{folder.name}/experiment.toml -a mlp" in done.stdout
    assert "epoch 10/10" in done.stderr
    assert "I0000" not in done.stderr, "TensorFlow's chatter reached the terminal"
    assert "WARNING" not in done.stderr
    assert "\x1b[" not in done.stdout + done.stderr, "what is piped is not coloured"


def test_a_run_is_repeated_number_for_number_by_its_own_experiment_in_another_process(
    forked: Any, tmp_path: Path
) -> None:
    arguments = "run -a cnn -o sgd -m accuracy -m macro_f1 -e 2 --seed 3 --name first --quiet"
    first = forked.run(tmp_path, *arguments.split())
    again = convlab("run", "runs/first/experiment.toml", "--name", "again", "--json", folder=tmp_path)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert first.stderr == ""
    folders = [tmp_path / "runs" / name for name in ("first", "again")]
    records, of_again = (
        without_times((folder / "metrics.jsonl").read_text(encoding="utf-8")) for folder in folders
    )
    assert records == of_again
    tests = [json.loads((folder / "summary.json").read_text(encoding="utf-8"))["test"] for folder in folders]
    assert tests[0] == tests[1]
    experiments = [(folder / "experiment.toml").read_text(encoding="utf-8") for folder in folders]
    assert experiments[0] == experiments[1]

    printed = json.loads(again.stdout)
    assert printed == json.loads((folders[1] / "summary.json").read_text(encoding="utf-8"))
    contract = {"run", "experiment", "parameters", "epochs", "test", "timing"}
    assert set(printed) == contract | {"started", "stop_reason", "selected_epoch", "resumed"}
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


def test_json_is_all_there_is_on_standard_output_whatever_plugins_print(forked: Any, tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(NOISY, encoding="utf-8")
    arguments = "run --plugin noisy.py -a noisy -e 1 --json --quiet -s data.validation=0"
    done = forked.run(tmp_path, *arguments.split())
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert "val_loss" not in printed["epochs"][0]
    assert "printed at import" in done.stderr
    assert printed["experiment"]["architecture"] == "noisy.py:noisy"

    environment = json.loads((tmp_path / printed["run"] / "environment.json").read_text(encoding="utf-8"))
    (noted,) = [plugin for plugin in environment["plugins"] if plugin["kind"] == "architecture"]
    assert noted["text"] == NOISY
    assert len(noted["sha256"]) == 64


def test_the_saved_model_takes_raw_pixels_and_gives_the_runs_own_test_accuracy(
    forked: Any, tmp_path: Path
) -> None:
    done = forked.run(tmp_path, "run", "-e", "1", "--name", "kept", "--json")
    program = (
        "import sys, keras, numpy as np; arrays = np.load(sys.argv[2])\n"
        "logits = keras.saving.load_model(sys.argv[1]).predict(arrays['images'], verbose=0)\n"
        "print(float((logits.argmax(1) == arrays['labels']).mean()))"
    )
    from convlab import Dataset, DataSource, PluginHost

    digits = PluginHost(third_party=False).find(Dataset, "digits").part.load(DataSource(folders=()), None)
    np.savez(tmp_path / "test.npz", images=np.asarray(digits.test.images), labels=digits.test.labels)
    model = str(tmp_path / "runs" / "kept" / "model.keras")
    loaded = subprocess.run(
        [sys.executable, "-c", program, model, str(tmp_path / "test.npz")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(loaded.stdout) == pytest.approx(json.loads(done.stdout)["test"]["accuracy"], abs=1e-6)


def test_without_a_network_the_message_names_the_files_the_folders_and_the_flag(tmp_path: Path) -> None:
    refusing = "http://127.0.0.1:9"
    done = convlab(
        "run",
        "-d",
        "mnist",
        folder=tmp_path,
        https_proxy=refusing,
        http_proxy=refusing,
        KERAS_HOME=str(tmp_path),
    )
    assert done.returncode == 1
    assert done.stdout == ""
    message = done.stderr.splitlines()[-1]
    for named in ("error: dataset 'mnist'", str(tmp_path), "train-images-idx3-ubyte.gz", "--data-dir"):
        assert named in message
    assert not list(tmp_path.glob("runs/*"))


def test_a_loss_that_is_no_number_ends_the_run_with_the_step_and_the_cause(
    forked: Any, tmp_path: Path
) -> None:
    arguments = "run -o sgd --learning-rate 1e12 -s data.scaling=none --quiet"
    for loop in ("tape", "fit"):
        done = forked.run(tmp_path, *arguments.split(), "--loop", loop, "--name", loop)
        assert done.returncode == 1
        assert "error: the loss became nan in epoch 1, step 2 of 21" in done.stderr
        assert "lower --learning-rate (now 1e+12), or look for" in done.stderr
        assert not (tmp_path / "runs" / loop / "summary.json").exists()


ASKING = """
from convlab import Architecture, hookimpl

def build(input_shape, num_classes, options):
    import keras
    from tensorflow.python.framework import config
    print("deterministic:", config.is_op_determinism_enabled())
    logits = keras.layers.Dense(num_classes)
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), logits])

@hookimpl
def convlab_architectures():
    return [Architecture(name="asking", summary="Asks TensorFlow", build=build)]
"""


def test_deterministic_operations_are_turned_on_where_they_are_asked_for(forked: Any, tmp_path: Path) -> None:
    (tmp_path / "asking.py").write_text(ASKING, encoding="utf-8")
    done = forked.run(
        tmp_path, "run", "--plugin", "asking.py", "-a", "asking", "--dry-run", "--deterministic"
    )
    assert done.returncode == 0, done.stderr
    assert "deterministic: True" in done.stderr
