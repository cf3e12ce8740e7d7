"""Which settings may change when a run is resumed."""

from collections.abc import Mapping
from typing import Any

from convlab.errors import ConfigError
from convlab.experiment import Experiment, TrainSettings
from convlab.runs.recorded_run import RecordedRun
from convlab.text.suggestions import did_you_mean

# The other settings determine what the checkpoint's arrays mean, or what happened before it.
CHANGEABLE = (
    *("epochs", "max_steps", "max_seconds", "patience", "restore_best", "learning_rate"),
    *("checkpoint_steps", "checkpoint_seconds"),
)


def experiment_to_resume(run: RecordedRun, train: Mapping[str, Any]) -> tuple[Experiment, dict[str, Any]]:
    """Return the experiment of a resumed run, and which of its training settings are new.

    Args:
        run: the run to resume.
        train: settings of ``[train]`` to change.

    Raises:
        ConfigError: a setting is unknown or cannot change, or the run has finished and no setting changes.
    """
    for key in train:
        if key not in TrainSettings.model_fields:
            raise ConfigError(f"`train.{key}`: unknown setting; {did_you_mean(key, CHANGEABLE)}")
        if key not in CHANGEABLE:
            raise ConfigError(f"`train.{key}` cannot change in a resumed run; start a new run with it")
    tables = run.experiment.model_dump(exclude_none=True)
    tables["train"] |= train
    experiment = Experiment.model_validate(tables)
    before = run.experiment.train
    changed = {
        key: value for key, value in experiment.train.model_dump().items() if value != getattr(before, key)
    }
    if not changed and (run.path / "summary.json").exists():
        reason = str(run.summary().get("stop_reason"))
        limit = reason if reason in CHANGEABLE else "epochs"
        raise ConfigError(
            f"{str(run.path)!r} already finished ({limit} = {getattr(before, limit)}); pass a larger "
            f"`train.{limit}` to continue"
        )
    return experiment, changed
