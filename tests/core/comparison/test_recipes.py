"""Recipes are found, run, compared, checked and verified by their names."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from convlab import Claim, Experiment, PluginHost, Recipe, UnknownNameError
from convlab.cli.app import app
from convlab.comparison.arm import ArmResult
from convlab.comparison.statistics import estimate
from convlab.comparison.verification import Verification
from convlab.experiment import resolve

PLUGIN = """
from pathlib import Path

from convlab import Augmentation, Claim, Loss, Recipe, Schedule, hookimpl


def build_augmentation(input_shape, num_classes, options):
    return lambda images, labels, random: (images, labels)


def build_loss(class_counts, options):
    import keras
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def build_schedule(learning_rate, steps, options):
    return learning_rate


@hookimpl
def convlab_augmentations():
    return [Augmentation(name="unchanged", summary="Nothing", build=build_augmentation)]


@hookimpl
def convlab_losses():
    return [Loss(name="nats", summary="Cross-entropy", build=build_loss)]


@hookimpl
def convlab_schedules():
    return [Schedule(name="flat", summary="Constant", build=build_schedule)]


@hookimpl
def convlab_recipes():
    file = Path(__file__).with_name("short.toml")
    claim = Claim(value=0.3, max_seconds=60, seeds=2, machine="any")
    lost = Claim(value=0.3, max_seconds=60, seeds=2, machine="any", metric="auc")
    return [
        Recipe(name="short", summary="Digits in 30 steps", file=file, claim=claim),
        Recipe(name="gone", summary="Without its file", file=file.with_name("gone.toml"), claim=claim),
        Recipe(name="unmeasured", summary="Claims another metric", file=file, claim=lost),
    ]
"""
TOML = """
architecture = "mlp"
augment = ["unchanged"]
loss = "nats"
schedule = "flat"
[train]
epochs = 1
max_steps = 30
"""


@pytest.fixture
def plugin(tmp_path: Path) -> str:
    file = tmp_path / "kitchen.py"
    file.write_text(PLUGIN, encoding="utf-8")
    file.with_name("short.toml").write_text(TOML, encoding="utf-8")
    return str(file)


@dataclass(frozen=True)
class NoOptions:
    """Valid options of another kind of part."""


def invoke(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == code, done.output
    return done


@pytest.mark.parametrize("name", [each.part.name for each in PluginHost(third_party=False).parts(Recipe)])
def test_each_built_in_recipe_resolves_and_computes_what_it_claims(name: str) -> None:
    host = PluginHost(third_party=False)
    claim = host.find(Recipe, name).part.claim
    resolved = resolve(Experiment.from_recipe(name, host=host), host)
    assert claim.metric in [metric.part.name for metric, _ in resolved.metrics]
    assert resolved.experiment.train.test


def test_options_apply_over_a_recipe_as_over_a_file(plugin: str) -> None:
    printed = json.loads(
        invoke(
            *("run", "--recipe", "short", "-s", "train.max_steps=5", "-a", "cnn"),
            *("--plugin", plugin, "--print-config", "--json"),
        ).stdout
    )
    assert printed["train"]["max_steps"] == 5
    assert (printed["architecture"], printed["loss"]) == ("cnn", "kitchen.py:nats")
    assert (printed["schedule"], printed["augment"]) == ("kitchen.py:flat", ["kitchen.py:unchanged"])


def test_a_recipe_is_listed_and_shown_with_its_claim_and_its_file(plugin: str) -> None:
    rows = json.loads(invoke("list", "recipes", "--json", "--plugin", plugin).stdout)
    assert {"mnist-99", "short"} <= {row["name"] for row in rows}
    shown = json.loads(invoke("show", "recipe", "short", "--json", "--plugin", plugin).stdout)
    assert (shown["claim"]["value"], shown["experiment"]) == (0.3, TOML)
    page = invoke("show", "recipe", "short", "--plugin", plugin).stdout
    assert "test accuracy 0.3 or better" in page
    assert 'architecture = "mlp"\n' in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "--recipe", "mnist-9"), "unknown recipe 'mnist-9'; did you mean 'mnist-99'?"),
        (("recipes", "verify", "mnist-9"), "unknown recipe 'mnist-9'; did you mean 'mnist-99'?"),
        (("recipes", "verify", "mnist-99", "--seeds", "0"), "--seeds: expected at least 1, got 0"),
        (("compare", "--recipe mnist-9", "-a mlp"), "unknown recipe 'mnist-9'"),
        (("run", "some.toml", "--recipe", "mnist-99"), "are both experiments; give one"),
        (("new", "recipe", "mine"), "no template for the kind 'recipe'"),
    ],
)
def test_a_mistake_is_one_clear_sentence(arguments: tuple[str, ...], message: str) -> None:
    assert message in invoke(*arguments, code=2).stderr


def test_a_recipe_without_its_file_is_reported(plugin: str) -> None:
    refused = invoke("run", "--recipe", "gone", "--plugin", plugin, "--print-config", code=2)
    assert "recipe 'kitchen.py:gone': " in refused.stderr
    assert "does not exist" in refused.stderr
    with pytest.raises(UnknownNameError):
        Experiment.from_recipe("nothing")


@pytest.mark.parametrize(
    ("name", "failed"),
    [
        ("short", []),
        ("gone", ["experiment_resolves"]),
        ("unmeasured", ["computes_the_claimed_metric"]),
    ],
)
def test_check_resolves_a_recipe_with_the_parts_of_its_plugin(
    plugin: str, name: str, failed: list[str]
) -> None:
    done = CliRunner().invoke(app, ["check", name, "--kind", "recipe", "--plugin", plugin, "--json"])
    results = json.loads(done.stdout)["results"]
    assert [
        result["check"]
        for result in results
        if result["status"] == "failed" and result["subject"].startswith("recipe")
    ] == failed


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"file": "short.toml"}, "file must be a Path, got str"),
        ({"claim": 0.9}, "claim must be a Claim, got float"),
        ({"options": NoOptions}, "a recipe has no options; its file sets those of its parts"),
    ],
)
def test_an_invalid_recipe_is_refused(changes: dict[str, Any], error: str) -> None:
    claim = Claim(value=0.9, max_seconds=1, seeds=1, machine="any")
    given: dict[str, Any] = {"name": "a", "summary": "An a", "file": Path("a.toml"), "claim": claim}
    with pytest.raises(TypeError, match=error):
        Recipe(**given | changes)
    with pytest.raises(ValueError, match="seeds must be a whole number above 0"):
        Claim(value=0.9, max_seconds=1, seeds=0, machine="any")


@pytest.mark.parametrize(
    ("scores", "larger_is_better", "outcome", "words"),
    [
        ((0.91, 0.92, 0.93), True, "undecided", "use more seeds"),
        ((0.919, 0.92, 0.921), True, "holds", "the claim holds: mean test accuracy 92.00 %"),
        ((0.889, 0.89, 0.891), True, "fails", "the claim does not hold"),
        ((0.95,), True, "undecided", "cannot tell from one seed: test accuracy 95.00 %"),
        ((0.889, 0.89, 0.891), False, "holds", "the claim holds"),
        ((0.919, 0.92, 0.921), False, "fails", "the claim does not hold"),
    ],
)
def test_a_claim_holds_if_the_whole_interval_reaches_it(
    scores: tuple[float, ...], larger_is_better: bool, outcome: str, words: str
) -> None:
    values = np.array(scores)
    result = ArmResult(
        label="a",
        experiment=Experiment(),
        runs=tuple(map(str, scores)),
        scores=values,
        seconds=np.full(len(scores), 3.0),
        parameters=10,
        estimate=estimate(values, 0.95),
    )
    verification = Verification(
        claim=Claim(value=0.9, max_seconds=5, seeds=3, machine="any"),
        result=result,
        seeds=tuple(range(len(scores))),
        larger_is_better=larger_is_better,
    )
    assert verification.outcome == outcome
    assert words in verification.verdict
    assert math.isfinite(verification.seconds)
    assert all(value != math.inf for value in verification.summary().values())


@pytest.mark.slow
def test_verify_trains_the_seeds_and_ends_with_the_outcome(plugin: str, tmp_path: Path) -> None:
    arguments = ("recipes", "verify", "short", "--plugin", plugin, "--runs-dir", str(tmp_path / "runs"))
    one = json.loads(invoke(*arguments, "--seeds", "1", "--json", code=1).stdout)
    assert (one["outcome"], one["low"], len(one["scores"])) == ("undecided", None, 1)
    done = invoke(*arguments, "--seeds", "3")
    assert "the claim holds" in done.stdout
    assert done.stderr.count("already trained") == 1


@pytest.mark.slow
def test_an_arm_of_a_comparison_may_be_a_recipe(plugin: str, tmp_path: Path) -> None:
    done = invoke(
        *("compare", "--recipe short", "--recipe short -a mlp -s architecture.hidden=[4]", "--seeds", "2"),
        *("--plugin", plugin, "--runs-dir", str(tmp_path), "--json"),
    )
    assert json.loads(done.stdout)["arms"][0]["label"] == "--recipe short"


@pytest.mark.slow
def test_mnist_99_comes_close_to_its_claim(whole_data_dir: Path, tmp_path: Path) -> None:
    folders = ("--runs-dir", str(tmp_path), "--data-dir", str(whole_data_dir))
    done = invoke("run", "--recipe", "mnist-99", *folders, "--json", "--quiet")
    assert json.loads(done.stdout)["test"]["accuracy"] > 0.985
