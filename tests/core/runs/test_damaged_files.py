"""Whatever a file of a run contains, that run is damaged, and every command still works for the others."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from convlab import ConvlabError, describe_run, evaluate, export, list_runs, predict, resume
from convlab.cli.app import app
from convlab.host import PluginHost

TEXT_FILES = (
    "experiment.toml",
    "environment.json",
    "metrics.jsonl",
    "summary.json",
    "stopped.json",
    ".running",
)
BINARY_FILES = ("model.keras", "checkpoints/last.safetensors", "checkpoints/best.safetensors")
NOT_A_NUMBER: tuple[Any, ...] = (float("nan"), float("inf"), 10**400, "text", [], {}, True)
# Each place where a number, a text or a table belongs, and values that do not belong there.
WRONG_VALUES: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]] = {
    "summary.json": {
        ("timing", "train"): (*NOT_A_NUMBER, None, -1, 1e300),
        ("test", "loss"): NOT_A_NUMBER,
        ("epochs", 0, "loss"): NOT_A_NUMBER,
        ("epochs", 0): (None, "text", 1),
        ("parameters",): ("text", 1.5, [], True),
        ("started",): ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "yesterday", 5, []),
        ("selected_epoch",): ("text", [], 1.5),
        ("experiment", "dataset"): (None, 1, [], {}),
        **{(key,): (None, "text", 1, []) for key in ("timing", "experiment")},
        **{(key,): ("text", 1, True) for key in ("test", "epochs")},
        ("later",): (float("nan"), json.loads("[" * 400 + "]" * 400)),
    },
    "stopped.json": {("state",): (None, "unknown", 1), ("message",): (None, 1, [])},
    "metrics.jsonl": {
        ("loss",): NOT_A_NUMBER,
        ("seconds",): (*NOT_A_NUMBER, -1),
        ("epoch",): (None, 0, "1", float("nan"), 10**400 * -1),
    },
    "environment.json": {
        ("plugins",): (None, {}, [1], [{"kind": "dataset"}]),
        ("versions",): (None, [], "text", {"python": 3}),
        ("devices",): (None, "text", [1]),
        ("started",): ("0001-01-01T00:00:00+00:00",),
        ("precision",): (1, []),
    },
}


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Fail a test that waits for a pipe."""

    def fail(*_: object) -> None:
        raise TimeoutError("a command hangs")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def make_pipe(file: Path) -> None:
    os.mkfifo(file)


def make_huge(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(2**40)


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "pipe": make_pipe,
    "huge": make_huge,
    "folder": Path.mkdir,
    "empty": Path.touch,
    "device": lambda file: file.symlink_to("/dev/zero"),
    "binary": lambda file: file.write_bytes(bytes(range(256)) + b"\n"),
    "nested": lambda file: file.write_bytes(b"[" * 100_000 + b"\n"),
    "number": lambda file: file.write_bytes(b"5\n"),
    "zip": lambda file: file.write_bytes(b"PK\x05\x06" + bytes(18)),
}


def copied(run: Path, copy: Path, *, without: tuple[str, ...] = ()) -> Path:
    shutil.copytree(run, copy, ignore=shutil.ignore_patterns(*without))
    return copy


def damaged(run: Path, copy: Path, file: str, damage: Callable[[Path], Any]) -> Path:
    """Copy a run and replace one of its files; without a summary if the file is one of an unfinished run."""
    unfinished = ("summary.json",) if file in ("metrics.jsonl", "stopped.json", "experiment.toml") else ()
    copied(run, copy, without=(*unfinished, "model.keras", "checkpoints"))
    (copy / file).unlink(missing_ok=True)
    damage(copy / file)
    return copy


def convlab_json(*arguments: str) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout, parse_constant=refuse)


def test_a_file_that_is_not_a_file_damages_only_its_own_run(runs_dir: Path, tmp_path: Path) -> None:
    copied(runs_dir / "plain", tmp_path / "whole")
    for file in TEXT_FILES:
        for name, damage in DAMAGES.items():
            damaged(runs_dir / "plain", tmp_path / f"{file.strip('.')} {name}", file, damage)
    runs = {run.path.name: run for run in list_runs(tmp_path)}
    assert runs.pop("whole").state == "finished"
    assert len(runs) == len(TEXT_FILES) * len(DAMAGES)
    for name, run in runs.items():
        file, kind = name.split()
        if file in ("experiment.toml", "summary.json", "stopped.json", "metrics.jsonl"):
            is_damaged = (file, kind) not in {("metrics.jsonl", "empty"), ("metrics.jsonl", "zip")}
            assert (run.state == "damaged") == is_damaged, name
            assert not is_damaged or file in run.message, name
        else:
            assert run.state == "finished", name
        page = CliRunner().invoke(app, ["show-run", name, "--no-plugins", "--runs-dir", str(tmp_path)])
        assert page.exit_code == 0, page.output
    assert len(convlab_json("runs", "--runs-dir", str(tmp_path))) == len(runs) + 1


@pytest.mark.parametrize("file", WRONG_VALUES)
def test_a_value_of_another_type_damages_only_its_own_run(runs_dir: Path, tmp_path: Path, file: str) -> None:
    (stopped := tmp_path / "stopped.json").write_text('{"state": "failed", "message": ""}', encoding="utf-8")
    original = stopped if file == "stopped.json" else runs_dir / "plain" / file
    home, host = tmp_path / "runs", PluginHost(third_party=False)
    copied(runs_dir / "plain", home / "whole")
    for path, values in WRONG_VALUES[file].items():
        for number, value in enumerate(values):
            contents = json.loads(original.read_bytes())
            *parents, key = path
            table = contents
            for parent in parents:
                table = table[parent]
            table[key] = value
            text = json.dumps(contents) + "\n"
            name = f"{'.'.join(map(str, path))} {number}"
            damaged(runs_dir / "plain", home / name, file, partial(Path.write_text, data=text))
    for run in list_runs(home):
        is_read = file != "environment.json" and run.path.name != "whole"
        assert run.state == ("damaged" if is_read else "finished"), run.path.name
        described = describe_run(run.path, host=host)
        assert len(described["damage"]) == (run.path.name != "whole"), run.path.name
    assert len(convlab_json("runs", "--runs-dir", str(home))) > 4
    CliRunner().invoke(app, ["runs", "--runs-dir", str(home)], catch_exceptions=False)


def test_a_metric_that_is_not_a_number_is_null_and_shown_as_nan(runs_dir: Path, tmp_path: Path) -> None:
    run = copied(runs_dir / "plain", tmp_path / "run", without=("model.keras",))
    summary = json.loads((run / "summary.json").read_bytes())
    summary["test"] = dict.fromkeys(summary["test"])
    summary["epochs"] = [record | {"loss": None} for record in summary["epochs"]]
    (run / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    page = CliRunner().invoke(app, ["show-run", str(run), "--no-plugins"])
    assert "test  loss nan  accuracy nan" in page.output
    assert CliRunner().invoke(app, ["runs", "--runs-dir", str(tmp_path)]).exit_code == 0
    assert convlab_json("show-run", str(run), "--no-plugins")["test"] == {"loss": None, "accuracy": None}


def test_an_impossible_time_in_a_name_is_ignored(runs_dir: Path, tmp_path: Path) -> None:
    for name in ("20261399T999999Z-digits", "00010101T000000Z-digits", "99991231T235959Z-digits"):
        copied(runs_dir / "plain", tmp_path / name, without=("summary.json", "model.keras"))
    assert [run.state for run in list_runs(tmp_path)] == ["interrupted"] * 3
    assert CliRunner().invoke(app, ["runs", "--runs-dir", str(tmp_path)]).exit_code == 0


USES: dict[str, Callable[[Path], Any]] = {
    "evaluate": lambda run: evaluate(run),
    "predict": lambda run: predict(run, [run.parent]),
    "export": lambda run: export(run, "keras"),
    "resume": lambda run: resume(run, progress=False),
}


def use(run: Path, command: str) -> None:
    """Use a run; it may work, or fail with a message, and nothing else."""
    with suppress(ConvlabError):
        USES[command](run)


@pytest.mark.parametrize("file", ["experiment.toml", "environment.json", *BINARY_FILES[:2]])
def test_a_command_refuses_a_file_that_it_needs(runs_dir: Path, tmp_path: Path, file: str) -> None:
    command = "resume" if "safetensors" in file else "evaluate"
    copied(runs_dir / "plain", tmp_path / "run", without=("summary.json",))
    for damage in DAMAGES.values():
        target = tmp_path / "run" / file
        shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)
        damage(target)
        with pytest.raises(ConvlabError, match=Path(file).name):
            USES[command](tmp_path / "run")


@pytest.mark.slow
@pytest.mark.parametrize("command", USES)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", [*TEXT_FILES, *BINARY_FILES])
def test_no_damage_makes_a_command_hang_or_raise_anything_else(
    runs_dir: Path, tmp_path: Path, file: str, damage: str, command: str
) -> None:
    run = copied(
        runs_dir / "plain", tmp_path / "run", without=("summary.json",) if command == "resume" else ()
    )
    (run / file).unlink(missing_ok=True)
    DAMAGES[damage](run / file)
    use(run, command)
