"""A run, an experiment and a comparison show themselves in a notebook."""

from pathlib import Path

import numpy as np

from convlab import Comparison, Experiment, Run, TrainSettings
from convlab.comparison.arm import ArmResult
from convlab.comparison.result import PairResult
from convlab.comparison.statistics import differences, estimate
from convlab.drawing.notebook import fragment


def test_all_text_is_escaped() -> None:
    html = fragment(title="<b>", headings=["<i>"], rows=[["<u>", 1]], lines=["<s>\x1b"])
    assert all(each not in html for each in ("<b>", "<i>", "<u>", "<s>", "\x1b"))
    assert "&lt;u&gt;" in html


def test_an_experiment_shows_its_settings() -> None:
    html = Experiment(architecture="mlp", train=TrainSettings(epochs=3))._repr_html_()
    assert "<td><bdi>architecture</bdi></td><td><bdi>mlp</bdi></td>" in html
    assert "<td><bdi>train.epochs</bdi></td><td><bdi>3</bdi></td>" in html


def test_a_run_shows_its_results_and_curves() -> None:
    epochs = [
        {"epoch": 1, "seconds": 1.0, "loss": 0.9, "val_loss": 0.8},
        {"epoch": 2, "seconds": 1.0, "loss": 0.7, "val_loss": 0.75},
    ]
    result = Run(
        folder=Path("runs/<b>"),
        experiment=Experiment(dataset="digits", architecture="mlp"),
        started="",
        parameters=1234,
        epochs=epochs,
        stop_reason="epochs",
        selected_epoch=1,
        test={"loss": 0.85},
        timing={},
        resumed=[],
        model=None,
    )
    html = result._repr_html_()
    assert "&lt;b&gt;: mlp on digits, 1,234 parameters" in html
    assert "<td><bdi>test</bdi></td><td><bdi>0.8500</bdi></td>" in html
    assert "<td><bdi>validation</bdi></td><td><bdi>0.8000</bdi></td>" in html
    assert 'src="data:image/svg+xml;base64,' in html


def test_a_comparison_shows_its_verdict() -> None:
    scores = {"<slow>": np.array([0.9, 0.91]), "fast": np.array([0.8, 0.83])}
    arms = tuple(
        ArmResult(
            label=name,
            experiment=Experiment(),
            runs=("a", "b"),
            scores=found,
            seconds=np.array([1.0, 2.0]),
            parameters=1000,
            estimate=estimate(found, 0.95),
        )
        for name, found in scores.items()
    )
    (difference,) = differences(list(scores.values()), error_rate=0.05, margin=0.005)
    pair = PairResult(
        better="<slow>",
        worse="fast",
        difference=difference,
        decision="different",
        images=None,
        verdict="<slow> is better",
    )
    comparison = Comparison(
        metric="accuracy",
        split="validation",
        seeds=(0, 1),
        error_rate=0.05,
        margin=0.005,
        arms=arms,
        pairs=(pair,),
    )
    html = comparison._repr_html_()
    assert "<td><bdi>&lt;slow&gt;</bdi></td><td><bdi>90.50 %</bdi></td>" in html
    assert "<p><bdi>&lt;slow&gt; is better</bdi></p>" in html
