"""What may be changed of a run that is gone on with."""

from collections.abc import Mapping
from typing import Any

from convlab.errors import ConfigError
from convlab.experiment import Experiment, TrainSettings
from convlab.runs.recorded_run import RecordedRun
from convlab.text.suggestions import did_you_mean

# All others decide what the checkpoint's arrays mean, or what was done before it.
CHANGEABLE = (
    *("epochs", "max_steps", "max_seconds", "patience", "restore_best", "learning_rate"),
    *("checkpoint_steps", "checkpoint_seconds"),
)
_HOW = {"epochs": "--epochs", "max_steps": "--max-steps"}


def experiment_to_resume(run: RecordedRun, train: Mapping[str, Any]) -> tuple[Experiment, dict[str, Any]]:
    """Return the experiment to go on with, and what of it is new.

    Args:
        run: the run that is gone on with.
        train: settings of ``[train]`` to change.

    Raises:
        ConfigError: a setting is unknown or may not change, or the run has finished and nothing does.
    """
    for key in train:
        if key not in TrainSettings.model_fields:
            raise ConfigError(f"train.{key}: no such key; {did_you_mean(key, CHANGEABLE)}")
        if key not in CHANGEABLE:
            raise ConfigError(f"train.{key} cannot change in the middle of a run: start a new one with it")
    tables = run.experiment.model_dump(exclude_none=True)
    tables["train"] |= train
    experiment = Experiment.model_validate(tables)
    before = run.experiment.train
    changed = {
        key: value for key, value in experiment.train.model_dump().items() if value != getattr(before, key)
    }
    if not changed and (run.path / "summary.json").exists():
        ended = str(run.summary().get("stop_reason", "epochs"))
        limit = ended if ended in CHANGEABLE else "epochs"
        raise ConfigError(
            f"{str(run.path)!r} has finished, by its {limit} of {getattr(before, limit)}: raise that to "
            f"train it on, with {_HOW.get(limit, f'-s train.{limit}=')}"
        )
    return experiment, changed
