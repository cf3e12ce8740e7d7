"""``--explain`` explains a run with its own numbers, and changes none of them."""

import io
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from convlab import Experiment, ImageData, PluginHost, Run, TrainingInfo, prepare, run
from convlab.training.callbacks.explanation import Explanation
from convlab.training.callbacks.progress_bar import ProgressBar
from convlab.training.first_batch import examine_first_batch

HOST = PluginHost(third_party=False)
SETTINGS: dict[str, Any] = {
    "architecture": "mlp",
    "architecture_options": {"hidden": [8], "dropout": 0.2, "batch_normalization": True},
    "train": {"epochs": 2, "compile": "off"},
}

START = TrainingInfo(
    folder=Path(),
    name="",
    experiment={},
    parameters=0,
    class_names=(),
    resumed=False,
    epoch=1,
    records=(),
)


def trained(tmp_path: Path, *, explain: bool, **settings: Any) -> Run:
    experiment = Experiment.model_validate(SETTINGS | settings)
    return run(
        experiment, host=HOST, runs_dir=tmp_path, name=f"run-{explain}", progress=False, explain=explain
    )


def results(result: Run) -> Any:
    lines = (result.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    times = ("seconds", "images_per_second")
    records = [{k: v for k, v in json.loads(line).items() if k not in times} for line in lines]
    return records, result.test, [weight.numpy().tobytes() for weight in result.model.weights]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"train": {"epochs": 2, "compile": "off", "loop": "fit"}},
        pytest.param({"train": {"epochs": 2, "compile": "on"}}, marks=pytest.mark.slow),
        pytest.param(
            {"optimizer": "muon", "optimizer_options": {"ema": 0.9}, "augment": ("shift",)},
            marks=pytest.mark.slow,
        ),
    ],
    ids=["tape", "fit", "XLA", "averaged weights"],
)
def test_an_explained_run_has_the_same_results_bit_for_bit(settings: dict[str, Any], tmp_path: Path) -> None:
    plain, explained = (trained(tmp_path, explain=explain, **settings) for explain in (False, True))
    assert results(plain) == results(explained)


def test_the_step_on_the_first_batch_is_undone() -> None:
    prepared = prepare(Experiment.model_validate(SETTINGS), host=HOST)
    variables = [*prepared.model.variables, *prepared.optimizer.variables]
    before = [variable.numpy() for variable in variables]
    batch = examine_first_batch(prepared)
    assert all(map(np.array_equal, before, (variable.numpy() for variable in variables)))
    assert batch.loss_after < batch.loss
    assert batch.loss == pytest.approx(math.log(10), abs=1)
    assert batch.probabilities.sum() == pytest.approx(1)
    assert batch.learning_rate == pytest.approx(float(prepared.rate(0)))


def test_the_explanation_has_the_numbers_of_the_run_in_80_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = trained(tmp_path, explain=True)
    lines = capsys.readouterr().err.splitlines()
    text = " ".join(" ".join(lines).split())
    assert max(map(len, lines)) <= 80
    headings = [match[1] for line in lines if (match := re.match(r"(\S.{0,8}?)  +\S", line))]
    before, after = "images labels scaling model logits loss gradient epoch", "test accuracy"
    assert headings == [*before.split(), "epoch 1", *after.split()]
    assert f"{result.parameters:,} weights" in text
    assert "ln(10) = 2.3026" in text
    assert f"val_loss {result.epochs[0]['val_loss']:.4f}" in text
    assert f"{result.test['accuracy']:.4f} of 359 images" in text


def test_names_of_classes_cannot_control_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 1)).astype(np.uint8)
    labels = np.arange(40) % 2
    data = ImageData(train=(images, labels), test=(images, labels), class_names=["\x1b[31mred", "[bold]b"])
    experiment = Experiment.model_validate({**SETTINGS, "loss": "focal", "data": {"validation": 0.0}})
    explanation = Explanation(prepare(experiment, data=data, host=HOST))
    explanation.on_compile_begin()
    explanation.on_train_begin(START)
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert "for the first batch, before training" in shown
    assert "ln(2)" not in shown


class Terminal(io.StringIO):
    """A terminal that remembers everything written to it."""

    def isatty(self) -> bool:
        return True


def test_the_explanation_is_printed_above_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    prepared = prepare(Experiment.model_validate(SETTINGS), host=HOST)
    bar = ProgressBar(prepared, Console(file=terminal, force_terminal=True))
    bar.on_compile_begin()
    Explanation(prepared).on_compile_begin()
    bar.on_failure("failed", "")
    written = re.split(r"\r|\n", terminal.getvalue())
    (line,) = (line for line in written if "images  " in line and "uint8" in line)
    assert "compiling" not in line
