"""A run resumes from one consistent state, or says what is missing and what can be done."""

import logging
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convlab import (
    Callback,
    Experiment,
    Optimizer,
    PluginHost,
    Run,
    RunFolderError,
    TrainSettings,
    hookimpl,
    open_run,
    resume,
    run,
)
from convlab.runs.resume_settings import experiment_to_resume
from convlab.training.checkpoints.file import Checkpoint, read_checkpoint, write_checkpoint
from convlab.training.checkpoints.saved_progress import read_progress

EXPERIMENT = Experiment(
    architecture="mlp",
    architecture_options={"hidden": [8]},
    optimizer="averaged",
    schedule="constant",
    train=TrainSettings(epochs=2, compile="off", batch_size=512, restore_best=True),
)


@pytest.fixture(scope="module")
def host() -> PluginHost:
    """Provides an optimizer that replaces the weights by their moving average, but for validation only."""

    def build(learning_rate: Any, options: None) -> Any:
        import keras

        return keras.optimizers.SGD(learning_rate, momentum=0.9, use_ema=True, ema_momentum=0.5)

    @hookimpl
    def convlab_optimizers() -> list[Optimizer]:
        return [Optimizer(name="averaged", summary="SGD", build=build, learning_rate=0.05)]

    host = PluginHost(third_party=False)
    host.register(SimpleNamespace(convlab_optimizers=convlab_optimizers))
    return host


@pytest.fixture(scope="module")
def finished(host: PluginHost, tmp_path_factory: pytest.TempPathFactory) -> Run:
    runs_dir = tmp_path_factory.mktemp("runs")
    return run(EXPERIMENT, host=host, runs_dir=runs_dir, name="finished", progress=False)


@pytest.fixture
def copy(finished: Run, tmp_path: Path) -> Path:
    return shutil.copytree(finished.folder, tmp_path / "copy")


def checkpoint(run: Path, name: str) -> Path:
    return run / "checkpoints" / f"{name}.safetensors"


def state(run: Path) -> dict[str, Any]:
    """Return everything that a run's checkpoints contain, except times."""
    last, best = (read_checkpoint(checkpoint(run, name)) for name in ("last", "best"))
    facts = {key: last.facts[key] for key in ("epoch", "step", "best", "data", "learning_rate")}
    arrays = {name: array.tobytes() for name, array in last.arrays.items()}
    return facts | arrays | {"best file": (best.sha256, best.facts)}


class StopInValidation(Callback):
    """Sends this process a signal while an epoch is validated."""

    def __init__(self, epoch: int) -> None:
        self.epoch, self.current = epoch, 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any]) -> None:
        self.current = epoch

    def on_evaluate_step_end(self) -> None:
        if self.current == self.epoch:
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_signal_during_the_validation_of_an_epoch_changes_neither_the_weights_nor_the_best_epoch(
    finished: Run, host: PluginHost, tmp_path: Path, epoch: int
) -> None:
    stop = StopInValidation(epoch)
    with pytest.raises(KeyboardInterrupt):
        run(EXPERIMENT, host=host, runs_dir=tmp_path, name="stopped", callbacks=[stop], progress=False)
    resumed = resume("stopped", host=host, runs_dir=tmp_path, progress=False)
    assert state(resumed.folder) == state(finished.folder)
    assert (resumed.test, resumed.selected_epoch) == (finished.test, finished.selected_epoch)


def test_the_last_state_names_the_best_epoch_of_its_history(finished: Run) -> None:
    last, best = (read_checkpoint(checkpoint(finished.folder, name)) for name in ("last", "best"))
    losses = [record["val_loss"] for record in last.facts["records"]]
    assert last.facts["best"] == {"epoch": 1 + int(np.argmin(losses)), "sha256": best.sha256}
    assert best.facts == {
        "monitor": "val_loss",
        "epoch": last.facts["best"]["epoch"],
        "value": min(losses),
    }


def remove(best: Path) -> None:
    best.unlink()


def damage(best: Path) -> None:
    best.write_bytes(best.read_bytes()[:-1])


def replace_by_that_of_another_history(best: Path) -> None:
    read = read_checkpoint(best)
    arrays = {name: array + 1 for name, array in read.arrays.items()}
    write_checkpoint(best, Checkpoint(arrays=arrays, facts=read.facts))


@pytest.mark.parametrize("lose", [remove, damage, replace_by_that_of_another_history])
def test_lost_weights_of_the_best_epoch_are_never_replaced_by_others(
    copy: Path, host: PluginHost, lose: Any
) -> None:
    best = checkpoint(copy, "best")
    lose(best)
    with pytest.raises(RunFolderError, match=r"restore it .*, or set `train\.restore_best` to false"):
        resume(copy, train={"epochs": 3}, host=host, progress=False)
    assert (copy / "summary.json").exists(), "a refused resume changed the run"


def test_a_run_that_does_not_need_its_best_weights_continues_without_them_and_says_so(
    copy: Path, host: PluginHost, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoint(copy, "best").unlink()
    with caplog.at_level(logging.WARNING, "convlab"):
        resumed = resume(copy, train={"epochs": 3, "restore_best": False}, host=host, progress=False)
    assert "best.safetensors' does not exist; the run continues without it" in caplog.text
    assert resumed.selected_epoch == 3


WRONG: dict[str, list[Any]] = {
    "epoch": ["x", -1, 10**19, 0, 1.5, True, None, 4],
    "step": ["x", -1, 1.0, None],
    "resumed": [{}, [1], [{"epoch": 1}], None],
    "records": [{}, [], [{}], [{"epoch": 2}, {"epoch": 1}], [{"epoch": "1"}, 2]],
    "timing": [[], {"data": "x"}, {"data": float("nan")}],
    "learning_rate": ["0.1", None, float("inf")],
    "best": [1, {}, {"epoch": 0, "sha256": ""}, {"epoch": 1, "sha256": 2}],
    "experiment": ["x", []],
    "data": [1],
    "seconds": ["x"],
}


@pytest.mark.parametrize("fact", WRONG)
def test_a_fact_of_the_wrong_type_or_that_contradicts_another_is_refused(finished: Run, fact: str) -> None:
    facts = read_checkpoint(checkpoint(finished.folder, "last")).facts
    assert read_progress(Path("last"), facts).epoch == 3
    for wrong in WRONG[fact]:
        with pytest.raises(RunFolderError, match=r"checkpoint 'last' is damaged \(.*; restore it"):
            read_progress(Path("last"), facts | {fact: wrong})


@pytest.mark.parametrize("wrong", [{"step": 10**19}, {"best": {"epoch": 1, "sha256": ""}}], ids=str)
def test_a_fact_that_contradicts_the_experiment_is_refused(
    copy: Path, host: PluginHost, wrong: dict[str, Any]
) -> None:
    last = read_checkpoint(checkpoint(copy, "last"))
    assert last.facts["best"]["epoch"] == 2
    write_checkpoint(checkpoint(copy, "last"), Checkpoint(arrays=last.arrays, facts=last.facts | wrong))
    with pytest.raises(RunFolderError, match="is damaged"):
        resume(copy, train={"epochs": 4}, host=host, progress=False)


def change(run: Path, old: str, new: str) -> None:
    file = run / "experiment.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 0", "seed = 1", "train.seed = 1, but the checkpoint 0"),
        ("batch_size = 512", "batch_size = 64", "train.batch_size = 64, but the checkpoint 512"),
        ("dropout = 0.0", "dropout = 0.5", "architecture_options.dropout = 0.5, but the checkpoint 0.0"),
        ("validation = 0.1", "validation = 0.2", "data.validation = 0.2, but the checkpoint 0.1"),
        ("warmup = 0.05", "", ""),
    ],
)
def test_an_experiment_that_is_not_that_of_the_checkpoint_is_refused(
    copy: Path, old: str, new: str, message: str
) -> None:
    change(copy, old, new)
    if not message:  # the default
        experiment_to_resume(open_run(copy), {"epochs": 3})
        return
    with pytest.raises(RunFolderError, match=f"{message}; restore the file, or start a new run with"):
        experiment_to_resume(open_run(copy), {"epochs": 3})


def test_settings_that_may_change_are_those_of_the_checkpoint_whatever_the_file_says(
    copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    change(copy, "epochs = 2", "epochs = 20")
    with caplog.at_level(logging.WARNING, "convlab"):
        experiment, changed = experiment_to_resume(open_run(copy), {"learning_rate": 0.5})
    assert experiment.train.epochs == 2
    assert changed == {"learning_rate": 0.5}
    assert "experiment.toml' has train.epochs = 20, but the checkpoint 2" in caplog.text


def test_checkpoints_of_version_0_1_resume_with_their_best_weights(
    copy: Path, host: PluginHost, finished: Run
) -> None:
    from convlab.training.checkpoints import file

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(file, "_FORMAT", "1")
        last = read_checkpoint(checkpoint(copy, "last"))
        facts = {key: value for key, value in last.facts.items() if key not in ("experiment", "best")}
        write_checkpoint(checkpoint(copy, "last"), Checkpoint(arrays=last.arrays, facts=facts))
    (copy / "summary.json").unlink()
    resumed = resume(copy, host=host, progress=False)
    assert (resumed.selected_epoch, resumed.test) == (finished.selected_epoch, finished.test)
    assert read_checkpoint(checkpoint(copy, "last")).facts["experiment"]["train"]["epochs"] == 2
