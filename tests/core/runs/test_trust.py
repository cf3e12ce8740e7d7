"""Someone else's run: none of its code is executed without consent."""

import json
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from convlab import Architecture, PluginError, RunFolderError, TrustError, open_run
from convlab.cli.app import app
from convlab.host.provider import sha256_of

Config = dict[str, Any]


@pytest.fixture
def executed(runs_dir: Path) -> Callable[[], int]:
    """Return how often the text of the plugin file was executed."""
    return lambda: len((runs_dir.parent / "executed.log").read_text(encoding="utf-8").splitlines())


@pytest.fixture(autouse=True)
def forget_classes() -> Iterator[None]:
    """Let each test start without registered classes, like a new process."""
    import keras

    known = dict(keras.saving.get_custom_objects())
    keras.saving.get_custom_objects().clear()
    yield
    keras.saving.get_custom_objects().update(known)


def test_an_unknown_plugin_file_is_executed_only_with_trust(
    runs_dir: Path, executed: Callable[[], int]
) -> None:
    before = executed()
    run = open_run("customized", runs_dir=runs_dir)
    for use in (run.load_model, run.host, lambda: run.host([Architecture])):
        with pytest.raises(TrustError) as raised:
            use()
        message = str(raised.value)
        assert "contains code from its author" in message
        assert "plugin file 'doubling.py'" in message
        assert (run.plugins[1].sha256 or "-")[:12] in message
        assert f"convlab show-run {run.path} --code" in message
        assert "use `trust` to load it" in message
    assert executed() == before

    assert run.load_model(trust=True).output_shape == (None, 10)
    assert executed() == before + 1
    with pytest.raises(TrustError):
        run.host()  # trust is not remembered


@pytest.mark.parametrize(
    "command",
    [
        "evaluate {run}",
        "evaluate {run} --split validation --json",
        "predict {run} picture.png",
        "export {run} --format keras",
        "export {run} --format saved-model --to exported",
        "resume {run} --epochs 2",
    ],
)
def test_every_command_refuses_code_from_the_author_in_one_line(
    runs_dir: Path, tmp_path: Path, executed: Callable[[], int], command: str
) -> None:
    before = executed()
    marker = tmp_path / "was-here"
    with_lambda = tampered(runs_dir / "plain", tmp_path, python_lambda(marker))
    runs = {runs_dir / "customized": "contains code from its author that this machine has never executed"}
    if not command.startswith("resume"):  # which builds a new model
        runs[with_lambda] = "could execute code from its author (a Lambda layer and a Python lambda)"
    for run, words in runs.items():
        done = CliRunner().invoke(app, command.format(run=run).split())
        assert (done.exit_code, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert words in line
        assert "trust" in line
    assert executed() == before
    assert not marker.exists()


@pytest.mark.parametrize(
    "command", ["runs --runs-dir {runs}", "show-run {runs}/customized", "show-run {runs}/customized --code"]
)
def test_showing_a_run_executes_nothing_from_it(
    runs_dir: Path, executed: Callable[[], int], command: str
) -> None:
    before = executed()
    assert CliRunner().invoke(app, command.format(runs=runs_dir).split()).exit_code == 0
    assert executed() == before


def test_a_plugin_file_that_this_machine_has_executed_is_executed_from_its_snapshot(
    runs_dir: Path, executed: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_STATE_DIR", str(runs_dir.parent / "state"))
    before = executed()
    model = open_run("customized", runs_dir=runs_dir).load_model()
    assert type(model.layers[2].layers[0]).__name__ == "Double"
    assert executed() == before + 1


def test_a_modified_snapshot_is_refused_even_if_it_claims_a_known_hash(
    runs_dir: Path, tmp_path: Path, executed: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_STATE_DIR", str(runs_dir.parent / "state"))
    hostile = shutil.copytree(runs_dir / "customized", tmp_path / "hostile")
    file = hostile / "environment.json"
    environment = json.loads(file.read_text(encoding="utf-8"))
    for plugin in environment["plugins"]:
        if "text" in plugin:
            plugin["text"] += "\n"
    file.write_text(json.dumps(environment), encoding="utf-8")
    before = executed()
    with pytest.raises(TrustError):
        open_run(hostile).load_model()
    assert executed() == before


# Tries to import a file that the author of the run put somewhere, as plugins import files next to them.
LOOKS_AROUND = """
import importlib, sys
from pathlib import Path

try:
    from . import not_from_the_plugin
except ImportError:
    pass
file = Path(__file__)
for path in {file, file.absolute(), file.resolve(), Path(__spec__.origin), Path(__cached__)}:
    for folder in [path, *path.parents]:
        sys.path.insert(0, str(folder))
        try:
            importlib.import_module("not_from_the_plugin")
        except ImportError:
            pass
        sys.path.remove(str(folder))
"""


@pytest.mark.parametrize("provider", ["{here}/doubling.py", "doubling.py", "../doubling.py", "__init__.py"])
def test_a_trusted_plugin_file_finds_nothing_that_the_run_provides(
    runs_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    here = tmp_path / "here"
    hostile = shutil.copytree(runs_dir / "customized", here / "runs" / "hostile")
    file = hostile / "environment.json"
    environment = json.loads(file.read_text(encoding="utf-8"))
    (plugin,) = [each for each in environment["plugins"] if "text" in each]
    name = provider.format(here=here)
    text = plugin["text"] + LOOKS_AROUND
    plugin.update(provider=name, name=f"{name}:doubling", target=str(here / "doubling.py"), text=text)
    file.write_text(json.dumps(environment), encoding="utf-8")
    snapshot = f"<snapshot {sha256_of(text)[:12]}>"
    for folder in (here, hostile, here / "runs", here / snapshot, here / sha256_of(text)):
        folder.mkdir(exist_ok=True)
        helper = "import sys; sys.not_from_the_plugin = __file__"
        (folder / "not_from_the_plugin.py").write_text(helper, encoding="utf-8")
    monkeypatch.chdir(here)
    monkeypatch.setattr("sys.path", [folder for folder in sys.path if folder])
    host = open_run(hostile).host(trust=True)
    assert host.find(Architecture, f"{name}:doubling").part.build.__module__.startswith("convlab_plugin_file")
    assert not hasattr(sys, "not_from_the_plugin"), sys.not_from_the_plugin
    assert "not_from_the_plugin" not in sys.modules


def test_a_given_plugin_file_replaces_the_snapshot(
    runs_dir: Path, tmp_path: Path, executed: Callable[[], int]
) -> None:
    run, before = open_run("customized", runs_dir=runs_dir), executed()
    own = tmp_path / "doubling.py"
    own.write_text("from convlab import hookimpl", encoding="utf-8")
    with pytest.raises(
        PluginError, match="the given plugin file does not provide; choose another with `plugin_files`"
    ):
        run.host(plugin_files=[own])
    own.write_text((run.plugins[1].text or "").replace("imported", "mine"), encoding="utf-8")
    host = run.host(plugin_files=[own])
    assert host.find(Architecture, "doubling").provider.target == str(own)
    assert executed() == before + 1


def tampered(run: Path, to: Path, change: Callable[[Config], None]) -> Path:
    """Copy a run and change the configuration in its model file."""
    copy = shutil.copytree(run, to / "tampered")
    with zipfile.ZipFile(run / "model.keras") as was, zipfile.ZipFile(copy / "model.keras", "w") as now:
        for name in was.namelist():
            content = was.read(name)
            if name == "config.json":
                config = json.loads(content)
                change(config)
                content = json.dumps(config).encode()
            now.writestr(name, content)
    return copy


def logits_layer(config: Config) -> Config:
    (layer,) = [layer for layer in config["config"]["layers"] if layer["config"]["name"] == "logits"]
    return layer  # type: ignore[no-any-return]


def python_lambda(marker: Path) -> Callable[[Config], None]:
    """Replace a layer by a Lambda layer whose bytecode writes a file."""
    import keras

    code = f"lambda x: (__import__('pathlib').Path({str(marker)!r}).touch(), x)[1]"
    layer = keras.layers.Lambda(eval(code), name="logits")
    described = keras.saving.serialize_keras_object(layer)

    def change(config: Config) -> None:
        logits_layer(config).update({key: described[key] for key in ("module", "class_name", "config")})

    return change


def test_a_lambda_in_the_model_file_is_executed_only_with_trust(runs_dir: Path, tmp_path: Path) -> None:
    marker = tmp_path / "was-here"
    run = open_run(tampered(runs_dir / "plain", tmp_path, python_lambda(marker)))
    with pytest.raises(
        TrustError, match=r"model\.keras' could execute code .*a Lambda layer and .*; refused. Use `trust`"
    ):
        run.load_model()
    assert not marker.exists()
    run.load_model(trust=True)
    assert marker.exists(), "the lambda was not hostile, so the test proves nothing"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not an archive", r"is damaged \(File is not a zip file\)"),
        (b"", r"is damaged \(File is not a zip file\)"),
        (None, "has no model.keras; it was removed, run it again"),
    ],
)
def test_a_damaged_model_file_is_refused(
    runs_dir: Path, tmp_path: Path, content: bytes | None, message: str
) -> None:
    copy = shutil.copytree(runs_dir / "plain", tmp_path / "damaged")
    (copy / "model.keras").unlink()
    if content is not None:
        (copy / "model.keras").write_bytes(content)
    with pytest.raises(RunFolderError, match=message):
        open_run(copy).load_model()


@pytest.mark.parametrize(("units", "reason"), [(3, "cannot be loaded"), ("many", "loaded .*many")])
def test_a_model_that_cannot_be_built_or_filled_is_refused(
    runs_dir: Path, tmp_path: Path, units: object, reason: str
) -> None:
    def change(config: Config) -> None:
        network = config["config"]["layers"][2]["config"]["layers"]
        next(layer for layer in network if layer["class_name"] == "Dense")["config"]["units"] = units

    with pytest.raises(RunFolderError, match=reason) as raised:
        open_run(tampered(runs_dir / "plain", tmp_path, change)).load_model()
    assert "could not be deserialized properly" not in str(raised.value)
