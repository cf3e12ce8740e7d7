"""A run that stops early saves a checkpoint and resumes from it."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convlab import (
    ConfigError,
    DataError,
    DivergedError,
    Experiment,
    ImageData,
    Optimizer,
    PluginHost,
    Run,
    RunFolderError,
    TrainSettings,
    hookimpl,
    prepare,
    resume,
    run,
)
from convlab.training.checkpoints.file import Checkpoint, read_checkpoint, write_checkpoint

MLP: dict[str, Any] = {"architecture": "mlp", "architecture_options": {"hidden": [16]}}


@pytest.fixture(scope="module")
def host() -> PluginHost:
    return PluginHost(third_party=False)


@pytest.fixture
def train(host: PluginHost, tmp_path: Path) -> Callable[..., Run]:
    def train(name: str, host: PluginHost = host, **settings: Any) -> Run:
        settings["train"] = {"compile": "off"} | settings.get("train", {})  # faster for so few steps
        experiment = Experiment(**MLP | settings)
        return run(experiment, host=host, runs_dir=tmp_path, name=name, progress=False)

    return train


def without_timings(result: Run) -> list[dict[str, Any]]:
    times = ("seconds", "images_per_second")
    return [{key: value for key, value in epoch.items() if key not in times} for epoch in result.epochs]


def weights(result: Run) -> bytes:
    return b"".join(np.asarray(weight).tobytes() for weight in result.model.get_weights())


@pytest.mark.slow
def test_a_finished_run_that_trains_further_equals_a_longer_run(
    train: Callable[..., Run], host: PluginHost, tmp_path: Path
) -> None:
    constant = {"schedule": "constant", "warmup": 0.0, "compile": "on"}
    longer = train("longer", train={"epochs": 4, **constant})
    shorter = train("shorter", train={"epochs": 2, **constant})
    with pytest.raises(
        ConfigError, match=r"already finished \(epochs = 2\); pass a larger `train.epochs` to continue"
    ):
        resume("shorter", host=host, runs_dir=tmp_path, progress=False)
    extended = resume("shorter", train={"epochs": 4}, host=host, runs_dir=tmp_path, progress=False)
    assert weights(extended) == weights(longer) != weights(shorter)
    assert without_timings(extended) == without_timings(longer)
    assert extended.test == longer.test
    for folder in (extended.folder, longer.folder):
        assert (folder / "experiment.toml").read_text(encoding="utf-8") == longer.experiment.to_toml()
    assert extended.resumed == [{"epoch": 3, "step": 0, "changed": {"epochs": 4}}]
    assert extended.started == shorter.started


def test_a_run_resumes_with_another_learning_rate_but_not_with_settings_that_rewrite_its_past(
    train: Callable[..., Run], host: PluginHost, tmp_path: Path
) -> None:
    train("run", train={"epochs": 1, "schedule": "constant", "warmup": 0.0})

    def resumed(**train: Any) -> Run:
        return resume("run", train=train, host=host, runs_dir=tmp_path, progress=False)

    slower = resumed(epochs=2, learning_rate=1e-9)
    assert slower.epochs[1]["val_loss"] == pytest.approx(slower.epochs[0]["val_loss"], abs=1e-5)
    with pytest.raises(ConfigError, match=r"`train\.seed` cannot change in a resumed run"):
        resumed(seed=1)
    with pytest.raises(ConfigError, match=r"`train\.epoch`: unknown setting; did you mean 'epochs'"):
        resumed(epoch=3)
    with pytest.raises(ConfigError, match=r"would end after 20 steps, but 40 are done"):
        resumed(epochs=1)


def test_patience_stops_the_run_and_the_best_epoch_is_restored(train: Callable[..., Run]) -> None:
    rate = {"learning_rate": 0.3, "schedule": "constant", "warmup": 0.0}  # too high to keep improving
    result = train("best", train={"epochs": 40, "restore_best": True, "patience": 2, **rate})
    losses = [epoch["val_loss"] for epoch in result.epochs]
    assert result.selected_epoch == 1 + int(np.argmin(losses))
    assert result.stop_reason == "patience"
    assert len(losses) == result.selected_epoch + 2 < 40
    last = train("without", train={"epochs": result.selected_epoch, **rate})
    assert weights(result) == weights(last)
    assert result.test == last.test


def test_any_recorded_value_can_be_monitored_and_higher_accuracy_is_better(
    train: Callable[..., Run], tmp_path: Path
) -> None:
    result = train("accuracy", train={"epochs": 4, "monitor": "val_accuracy"})
    best = read_checkpoint(result.folder / "checkpoints" / "best.safetensors").facts
    accuracies = [epoch["val_accuracy"] for epoch in result.epochs]
    assert best == {
        "monitor": "val_accuracy",
        "epoch": 1 + int(np.argmax(accuracies)),
        "value": max(accuracies),
    }
    with pytest.raises(ConfigError, match=r"unknown value 'val_acuracy'; did you mean 'val_accuracy'"):
        train("unknown", train={"monitor": "val_acuracy"})
    assert not (tmp_path / "unknown").exists()


def test_a_time_limit_stops_a_run_mid_epoch_and_a_higher_limit_resumes_it_there(
    train: Callable[..., Run], host: PluginHost, tmp_path: Path
) -> None:
    settings = {"architecture": "cnn", "train": {"epochs": 3, "batch_size": 1, "max_seconds": 1e-6}}
    stopped = train("stopped", **settings, architecture_options={"filters": [4], "dense": []})
    assert stopped.stop_reason == "max_seconds"
    assert len(stopped.epochs) == 1
    extended = resume("stopped", train={"max_seconds": 1e6}, host=host, runs_dir=tmp_path, progress=False)
    assert extended.stop_reason == "epochs"
    uninterrupted = train(
        "uninterrupted", architecture="cnn", architecture_options={"filters": [4], "dense": []},
        train={"epochs": 3, "batch_size": 1},
    )  # fmt: skip
    assert extended.resumed[0]["step"] > 0
    assert weights(extended) == weights(uninterrupted)
    assert without_timings(extended) == without_timings(uninterrupted)


def test_a_nan_loss_stops_the_run_at_that_step_and_leaves_the_last_good_checkpoint(
    tmp_path: Path,
) -> None:
    def build(learning_rate: Any, options: None) -> Any:
        import keras

        class NanFromStep31(keras.optimizers.schedules.LearningRateSchedule):
            def __call__(self, step: Any) -> Any:
                return keras.ops.where(step < 30, 0.01, float("nan"))

        return keras.optimizers.SGD(NanFromStep31())

    @hookimpl
    def convlab_optimizers() -> list[Optimizer]:
        return [Optimizer(name="failing", summary="The rate is NaN from step 31", build=build)]

    host = PluginHost(third_party=False)
    host.register(SimpleNamespace(convlab_optimizers=convlab_optimizers))
    experiment = Experiment(**MLP, optimizer="failing", train=TrainSettings(epochs=4, compile="off"))
    with pytest.raises(DivergedError, match="became nan in epoch 2, step 12 of 20; lower") as raised:
        run(experiment, host=host, runs_dir=tmp_path, name="nan", progress=False)
    assert "the last good checkpoint is at epoch 2, step 0" in str(raised.value)
    assert f"convlab resume {tmp_path / 'nan'} --learning-rate" in raised.value.__notes__[0]
    saved = read_checkpoint(tmp_path / "nan" / "checkpoints" / "last.safetensors").arrays
    assert all(np.isfinite(array).all() for array in saved.values())


def test_a_damaged_or_unrelated_checkpoint_is_refused_in_one_sentence(
    train: Callable[..., Run], host: PluginHost, tmp_path: Path
) -> None:
    result = train("run", train={"epochs": 1})
    last = result.folder / "checkpoints" / "last.safetensors"
    intact = last.read_bytes()

    def resumed() -> Run:
        return resume("run", train={"epochs": 2}, host=host, runs_dir=tmp_path, progress=False)

    flipped = bytearray(intact)
    flipped[-3] ^= 1
    for content in (bytes(flipped), intact[:-10], intact[:4], b"", b"\x80\x04pickle"):
        last.write_bytes(content)
        with pytest.raises(RunFolderError, match=r"checkpoint '.*last\.safetensors' is damaged \("):
            resumed()
    checkpoint = parse_checkpoint(intact, last)
    arrays = checkpoint.arrays | {"model/0000": np.zeros((3, 3), np.float32)}
    write_checkpoint(last, Checkpoint(arrays=arrays, facts=checkpoint.facts))
    with pytest.raises(RunFolderError, match="the checkpoint belongs to another experiment"):
        resumed()
    last.unlink()
    with pytest.raises(RunFolderError, match=r"last\.safetensors' does not exist"):
        resumed()


def parse_checkpoint(content: bytes, file: Path) -> Checkpoint:
    file.write_bytes(content)
    return read_checkpoint(file)


def test_resuming_with_changed_training_data_is_refused(
    train: Callable[..., Run], host: PluginHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train("run", train={"epochs": 1})
    data = prepare(Experiment(**MLP), host=host).data
    changed = ImageData(
        train=(255 - np.asarray(data.train.images), data.train.labels),
        test=data.test,
        class_names=data.class_names,
    )
    monkeypatch.setattr("convlab.training.preparation.load_checked", lambda *arguments: changed)
    with pytest.raises(DataError, match="the training images are not those of the run; the validation"):
        resume("run", train={"epochs": 2}, host=host, runs_dir=tmp_path, progress=False)


def test_only_one_process_at_a_time_can_train_a_run(
    train: Callable[..., Run], host: PluginHost, tmp_path: Path
) -> None:
    from convlab.runs import RunFolder

    result = train("run", train={"epochs": 1})
    with (
        RunFolder(result.folder).locked(),
        pytest.raises(RunFolderError, match="another process is training") as refused,
    ):
        resume("run", train={"epochs": 2}, host=host, runs_dir=tmp_path, progress=False)
    assert not getattr(refused.value, "__notes__", ()), "resuming is no fix while the other process trains"


def test_a_run_that_reached_its_step_limit_mid_epoch_resumes_there(
    train: Callable[..., Run], host: PluginHost, tmp_path: Path
) -> None:
    constant = {"schedule": "constant", "warmup": 0.0}
    uninterrupted = train("uninterrupted", train={"max_steps": 60, **constant})
    stopped = train("stopped", train={"max_steps": 31, **constant})
    assert (stopped.stop_reason, len(stopped.epochs)) == ("max_steps", 2)
    extended = resume("stopped", train={"max_steps": 60}, host=host, runs_dir=tmp_path, progress=False)
    assert [(at["epoch"], at["step"]) for at in extended.resumed] == [(2, 11)]
    assert weights(extended) == weights(uninterrupted)
    assert without_timings(extended) == without_timings(uninterrupted)


def test_a_finished_run_that_trains_further_can_be_interrupted_and_resumed_again(
    train: Callable[..., Run], host: PluginHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convlab.runs import RunFolder

    constant = {"schedule": "constant", "warmup": 0.0}
    folder = train("run", train={"epochs": 1, "learning_rate": 0.001, **constant}).folder
    first_summary = (folder / "summary.json").read_bytes()
    append = RunFolder.append_epoch

    def interrupted(self: RunFolder, record: dict[str, Any]) -> None:
        append(self, record)
        raise KeyboardInterrupt

    def resumed(**train: Any) -> Run:
        return resume("run", train=train, host=host, runs_dir=tmp_path, progress=False)

    with monkeypatch.context() as patched:
        patched.setattr(RunFolder, "append_epoch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            resumed(epochs=3, learning_rate=0.002)
    assert not (folder / "summary.json").exists()
    assert (folder / "summary-1.json").read_bytes() == first_summary
    result = resumed()
    assert len(result.epochs) == 3
    assert float(np.asarray(learning_rate_of(folder))) == pytest.approx(0.002)
    assert result.resumed[0]["changed"] == {"epochs": 3, "learning_rate": 0.002}


def learning_rate_of(run: Path) -> Any:
    arrays = read_checkpoint(run / "checkpoints" / "last.safetensors").arrays
    return arrays["optimizer/0001"]  # the first variable counts steps


def test_the_best_weights_of_an_incomplete_epoch_are_not_used_after_resuming(
    train: Callable[..., Run], host: PluginHost, tmp_path: Path
) -> None:
    settings = {"max_steps": 31, "restore_best": True, "schedule": "constant", "warmup": 0.0}
    stopped = train("stopped", train=settings)
    assert stopped.selected_epoch == 2
    best = read_checkpoint(stopped.folder / "checkpoints" / "best.safetensors").facts
    assert best["epoch"] == 1
    uninterrupted = train("uninterrupted", train=settings | {"max_steps": 63})
    extended = resume("stopped", train={"max_steps": 63}, host=host, runs_dir=tmp_path, progress=False)
    assert (extended.selected_epoch, extended.test) == (uninterrupted.selected_epoch, uninterrupted.test)
