"""Comparisons and sweeps as pages, tables and figures."""

import csv
from pathlib import Path

import numpy as np
import pytest

from convlab import Comparison, ConfigError, Experiment, Sweep
from convlab.comparison.arm import ArmResult
from convlab.comparison.result import PairResult, decide, verdict
from convlab.comparison.statistics import differences, estimate
from convlab.comparison.views import VIEWS
from convlab.tuning.result import SweepTrial

HOSTILE = "<script>alert(1)</script>|50% & _x_ $y$ \u202e"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    scores = [np.array([0.96, 0.97, 0.98]), np.array([0.9, 0.92, 0.91])]
    arms = tuple(
        ArmResult(
            label=label,
            experiment=Experiment(),
            runs=tuple(f"runs/{label[:3]}-{seed}" for seed in range(3)),
            scores=found,
            seconds=np.array([1.0, 2.0, 3.0]),
            parameters=1234,
            estimate=estimate(found, 0.95),
        )
        for label, found in zip((HOSTILE, "mlp"), scores, strict=True)
    )
    (difference,) = differences(scores, error_rate=0.05, margin=0.005)
    result = Comparison(
        metric="accuracy",
        split="validation",
        seeds=(0, 1, 2),
        error_rate=0.05,
        margin=0.005,
        arms=arms,
        pairs=(),
    )
    decision = decide(difference, 0.005)
    pair = PairResult(
        better=HOSTILE,
        worse="mlp",
        difference=difference,
        decision=decision,
        images=None,
        verdict=verdict(HOSTILE, "mlp", difference, decision, result.unit),
    )
    return Comparison(**vars(result) | {"pairs": (pair,)})


@pytest.fixture(scope="module")
def swept(comparison: Comparison) -> Sweep:
    trials = tuple(
        SweepTrial(
            number=number,
            state="failed" if score is None else "complete",
            values={"train.learning_rate": rate, "schedule": HOSTILE},
            score=score,
            run=None,
            message="",
        )
        for number, (rate, score) in enumerate([(0.1, 0.5), (0.01, 0.9), (0.001, None)])
    )
    return Sweep(
        name=HOSTILE,
        folder=Path("sweeps"),
        metric="accuracy",
        larger_is_better=True,
        space=("train.learning_rate=log(0.001, 0.1)", "schedule=choice(constant, cosine)"),
        trials=trials,
        best=trials[1],
        experiment=Experiment(),
        importances={"train.learning_rate": 1.0},
        confirmation=comparison,
    )


@pytest.mark.parametrize("suffix", VIEWS)
def test_every_view_is_written_and_written_again(
    comparison: Comparison, swept: Sweep, suffix: str, tmp_path: Path
) -> None:
    for result in (comparison, swept):
        path = result.save(tmp_path / "new" / f"view{suffix}")
        first = path.read_bytes()
        assert first
        assert result.save(path) == path
        assert path.read_bytes() == first
        assert b"\xe2\x80\xae" not in first, "nothing reorders the text"


def test_a_table_for_programs_has_every_run_with_all_digits(comparison: Comparison, tmp_path: Path) -> None:
    with comparison.save(tmp_path / "runs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    scores = [float(score) for arm in comparison.arms for score in arm.scores]
    assert [float(row["score"]) for row in rows] == scores
    assert [row["seed"] for row in rows] == ["0", "1", "2"] * 2
    assert rows[-1]["run"] == "runs/mlp-2"


def test_tables_have_a_row_per_arm_whatever_its_name_is(comparison: Comparison, tmp_path: Path) -> None:
    markdown = comparison.save(tmp_path / "arms.md").read_text(encoding="utf-8").splitlines()
    assert len(markdown) == 4
    assert {line.replace(r"\|", "").count("|") for line in markdown} == {7}
    latex = comparison.save(tmp_path / "arms.tex").read_text(encoding="utf-8")
    assert r"97.00 \%" in latex
    assert r"50\% \& \_x\_ \$y\$" in latex
    assert latex.startswith(r"\begin{tabular}{lrrrrr}")


def test_trials_are_ranked_and_failed_ones_are_last(swept: Sweep, tmp_path: Path) -> None:
    with swept.save(tmp_path / "trials.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["trial"], row["state"]) for row in rows] == [
        ("1", "complete"),
        ("0", "complete"),
        ("2", "failed"),
    ]


def test_a_page_escapes_names_and_replaces_only_a_page(
    comparison: Comparison, swept: Sweep, tmp_path: Path
) -> None:
    for result in (comparison, swept):
        page = result.save(tmp_path / "page.html").read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "is better than mlp by 6.00 points" in page
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    with pytest.raises(ConfigError, match="is not a report; it was not replaced"):
        comparison.save(mine)
    assert mine.read_text() == "mine"
    with pytest.raises(ConfigError, match=r"ends in \.html, \.csv"):
        comparison.save(tmp_path / "page.doc")
