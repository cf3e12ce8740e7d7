"""``convlab compare`` on real runs, in real worker processes."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from convlab import ConfigError, ConvlabError, Experiment, TrainSettings, compare, run
from convlab.cli.app import app
from convlab.comparison.arm import resolve_arms, sealed, with_seed
from convlab.comparison.conclusion import check_images
from convlab.comparison.earlier_runs import EarlierRuns
from convlab.experiment import resolve
from convlab.host import PluginHost
from convlab.trials.pool import TrialPool
from convlab.trials.trial import Trial, TrialResult

TRAIN = TrainSettings(epochs=1, max_steps=20)
KILLED = """
import os
import signal

from convlab import Architecture, hookimpl


def build(input_shape, num_classes, options):
    os.kill(os.getpid(), signal.SIGKILL)


@hookimpl
def convlab_architectures():
    return [Architecture(name="killed", summary="Kills its process", build=build)]
"""


def convlab(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["compare", *arguments])
    assert done.exit_code == code, done.output
    return done


@pytest.mark.slow
def test_arms_are_trained_once_with_the_same_seeds_and_ranked(tmp_path: Path) -> None:
    flags = ["-e", "1", "--max-steps", "20", "--seeds", "2", "--runs-dir", str(tmp_path), "--json"]
    arms = ["small=-a mlp -s architecture.hidden=[4]", "-a mlp"]
    done = convlab(*arms, *flags)
    started, *lines = done.stderr.splitlines()
    assert started == "starting a worker process"
    assert [line.partition(":")[0] for line in lines] == [
        f"[{number}/4] {label}, seed {seed}"
        for number, (label, seed) in enumerate(
            [("small", 0), ("-a mlp", 0), ("small", 1), ("-a mlp", 1)], start=1
        )
    ]
    result = json.loads(done.stdout)
    best, worst = result["arms"]
    assert (best["label"], worst["label"]) == ("-a mlp", "small")
    assert best["mean"] > worst["mean"]
    assert result["pairs"][0]["difference"] == pytest.approx(best["mean"] - worst["mean"])
    assert result["split"] == "validation"
    summary = json.loads((Path(best["runs"][1]) / "summary.json").read_text(encoding="utf-8"))
    assert best["scores"][1] == summary["epochs"][0]["val_accuracy"]
    assert summary["experiment"]["train"]["seed"] == 1
    assert summary["test"] is None, "the test set stays sealed"

    again = convlab(*arms, *flags, "--split", "test")
    assert again.stderr.count("already trained") == 4
    assert len(list(tmp_path.glob("[!.]*"))) == 4
    pair = json.loads(again.stdout)["pairs"][0]
    assert pair["over_images"]["mean"] == pytest.approx(pair["difference"], abs=1e-6)


@pytest.mark.slow
def test_a_warm_worker_gives_the_numbers_of_a_fresh_process_and_a_crash_costs_one_trial(
    tmp_path: Path,
) -> None:
    plugin = tmp_path / "killed.py"
    plugin.write_text(KILLED, encoding="utf-8")
    experiment = Experiment(architecture="mlp", train=TRAIN)
    queue = [experiment, experiment.model_copy(update={"architecture": "killed"}), with_seed(experiment, 7)]
    with TrialPool(1, runs_dir=tmp_path / "runs", plugin_files=[plugin]) as pool:
        found = dict(pool.perform(Trial(experiment=each) for each in queue))
    assert found[1].failure == f"its process ended unexpectedly (exit code {-signal.SIGKILL})"
    for index in (0, 2):
        expected = run(queue[index], runs_dir=tmp_path / "expected", progress=False)
        assert found[index].summary["test"] == expected.test


@pytest.mark.slow
def test_an_interrupted_trial_can_be_resumed(tmp_path: Path) -> None:
    plugin = tmp_path / "stopping.py"
    stopping = KILLED.replace("SIGKILL", "SIGINT").replace('"killed"', '"stopping"')
    plugin.write_text(stopping, encoding="utf-8")
    experiment = Experiment(architecture="stopping", train=TRAIN)
    with TrialPool(1, runs_dir=tmp_path / "runs", plugin_files=[plugin]) as pool:
        ((_, result),) = pool.perform([Trial(experiment=experiment)])
    assert result.interrupted


@pytest.mark.parametrize(
    ("arms", "changes", "message"),
    [
        ([{}], {}, "expected at least 2 experiments to compare, got 1"),
        ([{}, {"optimizer": "sgd"}], {"seeds": 1}, "`seeds`: expected at least 2, got 1"),
        ([{}, {"dataset": "mnist"}], {}, "`dataset` is 'digits' in 'arm 0', but 'mnist'"),
        ([{}, {"data": {"limit": 50}}], {}, "`data.limit` is None in 'arm 0', but 50 in 'arm 1'"),
        ([{}, {"train": {"seed": 3}}], {}, "'arm 0' and 'arm 1' are the same experiment"),
        ([{}, {"architecture": "mpl"}], {}, "did you mean 'mlp'"),
        ([{}, {"optimizer": "sgd"}], {"metric": "f1"}, "`metric`: 'arm 0' has no 'f1'"),
        ([{}, {"optimizer": "sgd"}], {"until_decided": 3}, "`until_decided`: expected at least `seeds`"),
        (
            [{}, {"optimizer": "sgd"}],
            {"error_rate": 5.0},
            "`error_rate`: expected a number",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_before_anything_is_trained(
    arms: list[dict[str, Any]], changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    experiments = {f"arm {index}": Experiment(**arm) for index, arm in enumerate(arms)}
    with pytest.raises(ConfigError) as error:
        compare(experiments, runs_dir=tmp_path / "runs", **changes)
    assert message in str(error.value)
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_an_arm_that_fails_is_named_with_its_seed_and_reason(tmp_path: Path) -> None:
    done = convlab(
        *("-a mlp", "-a mlp -s train.batch_size=100000"), "--seeds", "2", "--runs-dir", str(tmp_path), code=1
    )
    assert "'-a mlp -s train.batch_size=100000' failed with seed 0" in done.stderr


def test_runs_on_different_images_are_not_compared(tmp_path: Path) -> None:
    """The data may change between an earlier run and the new ones."""
    experiment = Experiment(architecture="mlp", train=TRAIN)
    runs = [run(with_seed(experiment, 0), runs_dir=tmp_path, progress=False) for _ in range(2)]
    same, other = ([TrialResult(folder=each.folder)] for each in runs)
    check_images({"a": same, "b": other})
    recorded = runs[1].folder / "data.json"
    data = json.loads(recorded.read_text(encoding="utf-8"))
    data["splits"]["validation"]["sha256"] = "0" * 64
    recorded.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ConvlabError, match="'a' and 'b' were trained on different images"):
        check_images({"a": same, "b": other})


@pytest.mark.parametrize(
    "changed",
    ["threads", *(pytest.param(each, marks=pytest.mark.slow) for each in ("versions", "plugins"))],
)
def test_a_run_of_other_threads_versions_or_plugins_is_trained_again(changed: str, tmp_path: Path) -> None:
    done = run(with_seed(Experiment(architecture="mlp", train=TRAIN), 0), runs_dir=tmp_path, progress=False)
    resolved = resolve(done.experiment, PluginHost(third_party=False))
    experiment = sealed(resolved.experiment)
    assert EarlierRuns(tmp_path).find(experiment, resolved) == done.folder
    file = done.folder / "environment.json"
    environment = json.loads(file.read_text(encoding="utf-8"))
    environment[changed] = {"threads": 77, "versions": {}, "plugins": []}[changed]
    file.write_text(json.dumps(environment), encoding="utf-8")
    assert EarlierRuns(tmp_path).find(experiment, resolved) is None


def test_an_invalid_arm_is_refused_by_name() -> None:
    assert "close the quotes" in convlab("-a mlp", "-a 'cnn", code=2).stderr
    assert "two arms are called" in convlab("-a mlp", "-a mlp", code=2).stderr
    assert "--nonsense" in convlab("-a mlp", "-a cnn --nonsense", code=2).stderr


def test_resolved_arms_keep_their_names_and_order() -> None:
    arms = {"b": Experiment(), "a": Experiment(optimizer="sgd")}
    assert list(resolve_arms(arms, PluginHost(third_party=False))) == ["b", "a"]
