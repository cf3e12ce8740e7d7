"""A run, an experiment and a comparison show themselves in a notebook."""

from pathlib import Path

import numpy as np

from convlab import Comparison, Experiment, PluginHost, TrainSettings, run
from convlab.comparison.arm import ArmResult
from convlab.comparison.result import PairResult
from convlab.comparison.statistics import differences, estimate
from convlab.drawing.notebook import fragment


def test_all_text_is_escaped() -> None:
    html = fragment(title="<b>", headings=["<i>"], rows=[["<u>", 1]], lines=["<s>\x1b"])
    assert all(each not in html for each in ("<b>", "<i>", "<u>", "<s>", "\x1b"))
    assert "&lt;u&gt;" in html


def test_results_show_their_numbers(tmp_path: Path) -> None:
    experiment = Experiment(architecture="mlp", train=TrainSettings(epochs=1, max_steps=3))
    assert "<td><bdi>architecture</bdi></td><td><bdi>mlp</bdi></td>" in experiment._repr_html_()
    result = run(experiment, host=PluginHost(third_party=False), runs_dir=tmp_path, progress=False)
    html = result._repr_html_()
    assert f"<td><bdi>{result.test['accuracy']:.4f}</bdi></td>" in html
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
