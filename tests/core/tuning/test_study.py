"""The trials of a sweep in a storage that several processes share."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import optuna
import pytest

from convlab import ConfigError, ConvlabError, Experiment, PluginHost
from convlab.experiment import resolve
from convlab.tuning.optuna_parts import open_storage
from convlab.tuning.space import Parameter, read_space
from convlab.tuning.study import FOLDER, Study

SPACE = ["optimizer.momentum=uniform(0,0.9)", "train.batch_size=choice(16,32)"]


@pytest.fixture(scope="module")
def space() -> tuple[Parameter, ...]:
    return read_space(SPACE, resolve(Experiment(optimizer="sgd"), PluginHost(third_party=False)))


def open_study(storage: str | Path, space: tuple[Parameter, ...], **changes: Any) -> Study:
    arguments: dict[str, Any] = {
        "direction": "maximize",
        "space": space,
        "sampler": "random",
        "pruner": "none",
        "seed": 0,
        "described": {"space": ", ".join(map(str, space))},
    }
    return Study("test", storage, **{**arguments, **changes})


def owner_that_died() -> str:
    """The record of a process that has ended."""
    code = (
        "from convlab.system.process_identity import this_process as me; import json; print(json.dumps(me()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_dead_process_s_trial_is_repeated_once_with_its_values_and_folder(
    tmp_path: Path, space: tuple[Parameter, ...]
) -> None:
    study = open_study(tmp_path / "journal", space)
    died, lives = study.ask(3), study.ask(3)
    assert died
    assert lives
    died[0].set_user_attr("owner", owner_that_died())
    died[0].set_user_attr(FOLDER, "runs/first")

    other = open_study(tmp_path / "journal", space)
    assert other.take_over() == 1
    assert other.take_over() == 0, "a trial of a process that lives is left alone"
    again = other.ask(3)
    assert again
    assert (again[1], again[0].user_attrs[FOLDER]) == (died[1], "runs/first")
    third = other.ask(3)
    assert third
    assert third[1] not in (died[1], lives[1])
    assert other.ask(3) is None, "the limit holds for all processes together"
    for value, (trial, _) in enumerate((lives, again, third)):
        other.tell(trial, float(value))
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 3
    best = study.best()
    assert best
    assert best.number == third[0].number


def test_a_trial_of_another_machine_is_repeated_when_its_process_is_silent(
    tmp_path: Path, space: tuple[Parameter, ...]
) -> None:
    study = open_study(tmp_path / "journal", space)
    asked = study.ask(1)
    assert asked
    asked[0].set_user_attr("owner", json.dumps({"pid": 1, "start": 1, "host": "elsewhere"}))
    assert study.take_over() == 0
    asked[0].set_user_attr("renewed", 0.0)
    assert study.take_over() == 1


def test_a_trial_that_another_process_is_about_to_own_is_left_alone(
    tmp_path: Path, space: tuple[Parameter, ...]
) -> None:
    study = open_study(tmp_path / "journal", space)
    backend = open_storage(tmp_path / "journal")
    now = datetime.now()
    for started in (now, now - timedelta(minutes=1)):
        trial = optuna.trial.create_trial(state=optuna.trial.TrialState.RUNNING)
        trial.datetime_start = started
        backend.create_new_trial(backend.get_study_id_from_name("test"), trial)
    study.take_over()
    assert [trial.state.name for trial in study.trials] == ["RUNNING"], "the one that began a minute ago died"


def test_a_trial_that_kills_its_process_every_time_is_given_up(
    tmp_path: Path, space: tuple[Parameter, ...]
) -> None:
    study = open_study(tmp_path / "journal", space)
    repeated = 0
    while asked := study.ask(1):
        repeated += study.retry(asked[0])
    assert repeated == 2
    assert [trial.state.name for trial in study.trials] == ["FAIL"]
    assert study.best() is None


def test_a_failed_trial_counts_and_a_pruned_one_is_not_the_best(
    tmp_path: Path, space: tuple[Parameter, ...]
) -> None:
    study = open_study(tmp_path / "journal", space)
    for value, pruned in ((None, False), (None, True), (0.5, False)):
        asked = study.ask(3)
        assert asked
        study.tell(asked[0], value, pruned=pruned)
    assert study.ask(3) is None
    best = study.best()
    assert best
    assert best.value == 0.5


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_values_depend_on_the_trial_and_not_on_the_process_that_asks(
    sampler: str, tmp_path: Path, space: tuple[Parameter, ...]
) -> None:
    alone = open_study(tmp_path / "alone", space, sampler=sampler)
    first = open_study(tmp_path / "shared", space, sampler=sampler)
    second = open_study(tmp_path / "shared", space, sampler=sampler)
    expected: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for study in (first, second, first, second):
        for values, asked in ((expected, alone.ask(None)), (found, study.ask(None))):
            assert asked
            values.append(asked[1])
    assert found == expected
    assert len({values["optimizer.momentum"] for values in found}) == 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sampler": "tpee"}, "unknown `sampler` 'tpee'; did you mean 'tpe'"),
        ({"pruner": "mean"}, "unknown `pruner` 'mean'"),
        ({"sampler": "grid"}, "`sampler` grid needs choice(…) for every setting"),
        ({"described": {"space": "other"}}, "exists with another space"),
    ],
)
def test_what_does_not_fit_is_refused(
    changes: dict[str, Any], message: str, tmp_path: Path, space: tuple[Parameter, ...]
) -> None:
    open_study(tmp_path / "journal", space)
    with pytest.raises(ConfigError) as error:
        open_study(tmp_path / "journal", space, **changes)
    assert message in str(error.value)


def test_a_storage_that_cannot_be_opened_is_reported(space: tuple[Parameter, ...], tmp_path: Path) -> None:
    for storage in ("nonsense://x/y", tmp_path / "missing" / "journal"):
        with pytest.raises(ConvlabError, match="cannot be opened"):
            open_study(storage, space)


def test_the_setting_that_decides_the_score_is_the_most_important(
    tmp_path: Path, space: tuple[Parameter, ...]
) -> None:
    study = open_study(tmp_path / "journal", space)
    for number in range(10):
        assert bool(study.importances()) == (number >= 5)
        asked = study.ask(10)
        assert asked
        study.tell(asked[0], asked[1]["optimizer.momentum"])
    importances = study.importances()
    assert importances["optimizer.momentum"] > 0.9
    assert sum(importances.values()) == pytest.approx(1.0)
