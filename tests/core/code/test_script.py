"""A script contains what its run did, or is refused with the part that it cannot contain."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from convlab import DataSource, Experiment, ExportError, PluginHost, prepare
from convlab.code.data import loading
from convlab.code.script import Loop, script
from convlab.code.verification import verify
from convlab.training.preparation import Prepared

HOST = PluginHost(third_party=False)


def prepared(**settings: Any) -> Prepared:
    return prepare(Experiment.model_validate(settings), host=HOST)


def script_of(run: Prepared, loop: Loop = "tape", *, published: bool = False) -> str:
    load = loading(run.resolved, DataSource.from_environment(), published=published)
    return script(run, load, loop, epochs=run.plan.epochs, tested=True, xla=run.xla)


EXPERIMENTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "a branched network": {"architecture": "resnet", "architecture_options": {"blocks": [1, 1]}},
    "part of the images": {"data": {"limit": 300, "scaling": "unit"}, "schedule": "step"},
    "no validation set": {"data": {"validation": 0.0, "scaling": "none"}, "optimizer": "adamw"},
    "bfloat16 and a limit of steps": {
        "architecture": "mlp",
        "optimizer": "sgd",
        "train": {"precision": "mixed_bfloat16", "max_steps": 25, "warmup": 0.0, "deterministic": True},
    },
    "files": {"dataset": "mnist", "architecture": "lenet5", "metrics": ["accuracy", "top_k_accuracy"]},
}


@pytest.mark.parametrize("settings", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_a_script_starts_with_the_images_and_weights_of_its_run(
    settings: dict[str, Any], small_mnist_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(small_mnist_dir))
    run = prepared(**{**settings, "train": {**settings.get("train", {}), "deterministic": False}})
    verify(script_of(run), run)


@pytest.mark.parametrize("loop", ["tape", "fit"])
def test_ruff_finds_nothing_in_a_script(
    loop: Loop, tmp_path: Path, small_mnist_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("ruff") is None:
        pytest.skip("ruff is not installed")
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(small_mnist_dir))
    for number, settings in enumerate(EXPERIMENTS.values()):
        text = script_of(prepared(**settings), loop)
        assert "import convlab" not in text
        (tmp_path / f"script_{number}.py").write_text(text, encoding="utf-8")
    rules = "A,B,C4,E,F,I,N,PT,PTH,RET,RUF,SIM,UP,W"
    for command in (["check", "--select", rules, "--ignore", "E501,PTH123"], ["format", "--check"]):
        done = subprocess.run(
            ["ruff", command[0], "--isolated", "--no-cache", *command[1:], str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"architecture": "vit_tiny"}, "architecture 'vit_tiny' uses PositionEmbedding"),
        ({"loss": "focal"}, "loss 'focal' has gamma"),
        ({"metrics": ["macro_f1"]}, "metric 'macro_f1' uses MacroF1"),
        ({"schedule": "one_cycle"}, "schedule 'one_cycle' uses OneCycle"),
        ({"optimizer_options": {"layer_rates": {"dense": 2.0}}}, "optimizer 'adam' uses WithLayerRates"),
        ({"optimizer_options": {"ema": 0.9}}, "optimizer 'adam' averages its weights"),
    ],
)
def test_code_that_is_not_kerass_is_refused_by_name(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ExportError, match=message):
        script_of(prepared(**settings))


def test_other_images_than_the_runs_are_detected() -> None:
    run = prepared(architecture="mlp")
    text = script_of(run)
    with pytest.raises(ExportError, match="the train images of the run cannot be chosen"):
        verify(text.replace("< 0.1", "< 0.2"), run)
    with pytest.raises(ExportError, match="initial weights cannot be repeated"):
        verify(text.replace("set_random_seed(SEED)", "set_random_seed(SEED + 1)"), run)


def test_weights_that_do_not_train_are_compared_as_well() -> None:
    run = prepared(architecture="mlp", architecture_options={"batch_normalization": True})
    text = script_of(run)
    verify(text, run)
    other = text.replace("BatchNormalization()", 'BatchNormalization(moving_mean_initializer="ones")')
    with pytest.raises(ExportError, match="initial weights cannot be repeated"):
        verify(other, run)


def test_a_published_dataset_in_kerass_cache_is_loaded_by_keras(
    small_mnist_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(small_mnist_dir.parent / "keras"))
    shutil.copytree(small_mnist_dir, small_mnist_dir.parent / "keras" / "datasets", dirs_exist_ok=True)
    run = prepared(dataset="mnist", architecture="mlp")
    assert "keras.datasets.mnist.load_data()" in script_of(run, published=True)
    assert "np.load(FILE)" in script_of(run, published=False)
