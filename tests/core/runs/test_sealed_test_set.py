"""With ``train.test = false``, nothing tells how a model does on the test set until it is evaluated."""

import json
import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from convlab import (
    ConfigError,
    Experiment,
    Run,
    TrainSettings,
    compare,
    evaluate,
    export,
    list_runs,
    open_run,
    resume,
    run,
)
from convlab.cli.app import app

SEALED = Experiment(
    architecture="mlp", trackers=("tensorboard",), train=TrainSettings(max_steps=10, test=False)
)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(SEALED, runs_dir=tmp_path_factory.mktemp("runs"), progress=True)


def test_the_test_set_is_not_evaluated_and_recorded_as_null(
    sealed: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sealed.test == {}
    assert json.loads((sealed.folder / "summary.json").read_bytes())["test"] is None
    assert [listed.test for listed in list_runs(sealed.folder.parent)] == [{}]
    for command in ("show-run", "runs"):
        where = [str(sealed.folder)] if command == "show-run" else ["--runs-dir", str(sealed.folder.parent)]
        assert CliRunner().invoke(app, [command, *where]).exit_code == 0
    page = CliRunner().invoke(app, ["show-run", str(sealed.folder)]).output
    assert "test  not evaluated" in page


def test_an_export_is_compared_on_the_validation_set(sealed: Run) -> None:
    assert export(sealed.folder, "keras").images == evaluate(sealed.folder, split="validation").images


def test_evaluate_opens_it_later_and_says_so(sealed: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "convlab"):
        evaluate(sealed.folder, split="validation")
        assert "test set" not in caplog.text
        opened = evaluate(sealed.folder).metrics
    assert "the run did not evaluate its test set, and this does" in caplog.text
    again = run(
        SEALED.model_copy(update={"train": SEALED.train.model_copy(update={"test": True})}),
        runs_dir=sealed.folder.parent,
        progress=False,
    )
    assert again.test == opened, "sealing the test set changed the model"


def test_a_resumed_run_may_open_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(SEALED, runs_dir=tmp_path, progress=False)
    assert resume(first.folder, train={"test": True}, progress=False).test["accuracy"] > 0
    assert open_run(first.folder).summary()["test"] is not None


def test_a_sealed_test_set_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"`train.test` is false in 'mlp'; set it to true to compare"):
        compare({"mlp": SEALED, "cnn": Experiment()}, split="test", runs_dir=tmp_path)


def test_the_flag_sets_it(tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, ["run", "--no-test", "--print-config"]).output
    assert "test = false" in printed
    assert "(not evaluated)" in CliRunner().invoke(app, ["run", "--no-test", "--dry-run"]).output
