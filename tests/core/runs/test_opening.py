"""Opening a run: by any name, complete or damaged, and with the plugins that it requires."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import Architecture, ConfigError, Dataset, PluginError, RunFolderError, find_run, open_run


def test_a_run_is_found_by_folder_by_name_by_part_of_its_name_or_as_last(
    runs_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(runs_dir.parent)
    for word in ("runs/plain", runs_dir / "plain", "plain", "lai"):
        assert find_run(word).resolve() == runs_dir / "plain"
    assert find_run("last").name == "customized"
    assert open_run("customized").experiment.architecture == "doubling.py:doubling"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("plane", "run 'plane' not found in .*; did you mean 'plain'"),
        ("i", "'i' matches 2 runs; use a longer part of the name: customized, plain"),
        ("runs/nothing", "run 'runs/nothing' not found; the folder does not exist"),
    ],
)
def test_an_unknown_or_ambiguous_name_is_reported_with_similar_names(
    runs_dir: Path, word: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        find_run(word, runs_dir)


def test_without_runs_the_searched_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="contains no runs"):
        find_run("last", tmp_path)
    with pytest.raises(ConfigError, match=r"train a run with 'convlab run', or choose another `runs_dir`"):
        find_run("last", tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("experiment.toml", None, "has no experiment.toml; the run stopped before its data was loaded"),
        ("experiment.toml", "dataset = ", r"experiment.toml' is damaged \(.*not valid TOML"),
        ("experiment.toml", "data_set = 'x'", "is damaged .*data_set.*; did you mean 'dataset'"),
        ("environment.json", None, "has no environment.json; the run stopped before its first step"),
        ("environment.json", "{", r"environment.json' is damaged \(.*\); restore it from a copy"),
        ("environment.json", "[]", "is damaged .not a JSON object."),
        ("environment.json", '{"plugins": [{"kind": "dataset"}]}', "lacks its kind, name or origin"),
        ("environment.json", '{"plugins": [3]}', "lacks its kind, name or origin"),
    ],
)
def test_a_damaged_folder_is_refused_with_the_name_of_the_file(
    runs_dir: Path, tmp_path: Path, file: str, content: str | None, message: str
) -> None:
    damaged = shutil.copytree(runs_dir / "plain", tmp_path / "damaged")
    (damaged / file).unlink()
    if content is not None:
        (damaged / file).write_text(content, encoding="utf-8")
    with pytest.raises(RunFolderError, match=message):
        open_run(damaged)


def with_plugin(run: Path, to: Path, **recorded: Any) -> Path:
    """Copy a run and change the record of its architecture's plugin."""
    copy = shutil.copytree(run, to / "copy")
    environment = json.loads((copy / "environment.json").read_text(encoding="utf-8"))
    (plugin,) = [plugin for plugin in environment["plugins"] if plugin["kind"] == "architecture"]
    plugin.update(recorded)
    (copy / "environment.json").write_text(json.dumps(environment), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("provider", "origin", "message"),
    [
        ("convlab-resnet", "entry point", r"which is not installed; run 'pip install convlab-resnet==1\.2'"),
        (
            "convlab",
            "built-in",
            r"which the installed version does not provide; run 'pip install keras-convlab==1\.2'",
        ),
        ("numpy", "entry point", "which is installed but blocked"),
        ("--index-url=x y", "entry point", "which is not installed$"),
        ("notebook", "notebook", "which was registered in a notebook"),
    ],
)
def test_a_missing_plugin_is_reported_with_what_to_install(
    runs_dir: Path, tmp_path: Path, provider: str, origin: str, message: str
) -> None:
    recorded = {"name": f"{provider}:no_such_net", "provider": provider, "origin": origin, "version": "1.2"}
    run = open_run(with_plugin(runs_dir / "plain", tmp_path, **recorded))
    with pytest.raises(PluginError, match=f"requires the architecture '{provider}:no_such_net', {message}"):
        run.host([Architecture])
    assert run.host([Dataset]).find(Dataset, "digits"), "parts that are not used may be missing"


def test_a_model_of_keras_layers_requires_no_plugin(runs_dir: Path, tmp_path: Path) -> None:
    recorded = {"name": "convlab-gone:net", "provider": "convlab-gone", "origin": "entry point"}
    gone = open_run(with_plugin(runs_dir / "plain", tmp_path, **recorded))
    assert gone.load_model().output_shape == (None, 10)


def test_another_version_of_a_plugin_is_used_with_a_note(
    runs_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = open_run(with_plugin(runs_dir / "plain", tmp_path, version="0.0.1"))
    with caplog.at_level(logging.INFO, "convlab"):
        run.host()
    (note,) = caplog.records
    assert note.levelno == logging.INFO
    assert "was made with convlab 0.0.1; " in note.getMessage()


def test_the_loaded_model_gives_the_run_s_own_test_accuracy(runs_dir: Path) -> None:
    run = open_run("plain", runs_dir=runs_dir)
    digits = run.host([Dataset]).find(Dataset, "digits").part.load(None, None)  # type: ignore[arg-type]
    logits = np.asarray(run.load_model()(digits.test.images))
    accuracy = float((logits.argmax(axis=1) == digits.test.labels).mean())
    assert accuracy == pytest.approx(run.summary()["test"]["accuracy"], abs=1e-6)
    assert run.input_shape == (8, 8, 1)
    assert run.class_names == digits.class_names
