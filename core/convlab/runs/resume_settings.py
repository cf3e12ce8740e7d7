"""Which settings may change when a run is resumed."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from convlab.errors import ConfigError, RunFolderError
from convlab.experiment import Experiment, TrainSettings
from convlab.experiment.earlier_names import with_current_names
from convlab.runs.recorded_run import RecordedRun
from convlab.text.suggestions import did_you_mean
from convlab.training.checkpoints.saved_progress import saved_progress

# The other settings determine what the checkpoint's arrays mean, or what happened before it.
CHANGEABLE = (
    *(
        "epochs",
        "max_steps",
        "max_seconds",
        "patience",
        "restore_best",
        "learning_rate",
        "test",
        "test_flips",
    ),
    *("checkpoint_steps", "checkpoint_seconds", "threads"),
)
# Trackers have no influence on the run, and its images are recognized wherever they are.
_INDEPENDENT = ("trackers", "tracker_options")
_PATH = "dataset_options.path"

logger = logging.getLogger("convlab")


def experiment_to_resume(run: RecordedRun, train: Mapping[str, Any]) -> tuple[Experiment, dict[str, Any]]:
    """Return the experiment of a resumed run, and which of its training settings are new.

    Args:
        run: the run to resume.
        train: settings of ``[train]`` to change.

    The checkpoint decides what the settings were: a kill may have left an older ``experiment.toml``.

    Raises:
        ConfigError: a setting is unknown or cannot change, or the run has finished and no setting changes.
        RunFolderError: ``experiment.toml`` is not that of the checkpoint, or the checkpoint is damaged.
    """
    for key in train:
        if key not in TrainSettings.model_fields:
            raise ConfigError(f"`train.{key}`: unknown setting; {did_you_mean(key, CHANGEABLE)}")
        if key not in CHANGEABLE:
            raise ConfigError(f"`train.{key}` cannot change in a resumed run; start a new run with it")
    saved = saved_progress(run.path / "checkpoints")
    recorded = run.experiment
    if saved is not None and saved.experiment is not None:
        recorded = _with_saved_settings(run, saved.experiment)
    tables = recorded.model_dump(exclude_none=True)
    tables["train"] |= train
    experiment = Experiment.model_validate(tables)
    before = recorded.train
    changed = {
        key: value for key, value in experiment.train.model_dump().items() if value != getattr(before, key)
    }
    if not changed and (run.path / "summary.json").exists():
        summary = run.summary()
        if saved is not None and len(saved.resumed) > len(summary.get("resumed") or ()):
            return experiment, changed  # it was resumed, and killed before the summary was renamed
        reason = str(summary.get("stop_reason"))
        limit = reason if reason in CHANGEABLE else "epochs"
        raise ConfigError(
            f"{str(run.path)!r} already finished ({limit} = {getattr(before, limit)}); pass a larger "
            f"`train.{limit}` to continue"
        )
    return experiment, changed


def _with_saved_settings(run: RecordedRun, saved: Mapping[str, Any]) -> Experiment:
    """Return the experiment with the training settings that the checkpoint was made with.

    Raises:
        RunFolderError: another setting differs, so that the experiment is another one.
    """
    file = str(run.path / "experiment.toml")
    try:
        checkpointed = Experiment.model_validate(with_current_names(dict(saved)))
    except ConfigError as error:
        raise RunFolderError(
            f"the checkpoint in {str(run.path)!r} has an invalid experiment ({error}); restore it from a copy"
        ) from None
    differing = _differences(run.experiment, checkpointed)
    for key, (in_file, in_checkpoint) in differing.items():
        difference = f"{file!r} has {key} = {in_file!r}, but the checkpoint {in_checkpoint!r}"
        if key.removeprefix("train.") not in CHANGEABLE:
            raise RunFolderError(
                f"{difference}; restore the file, or start a new run with 'convlab run {file}'"
            )
        logger.warning("%s, with which the run continues; to change it, set `%s`", difference, key)
    return run.experiment.model_copy(update={"train": checkpointed.train})


def _differences(one: Experiment, other: Experiment) -> dict[str, tuple[Any, Any]]:
    """Return the settings that differ, with both values; those that cannot change in a resumed run first."""
    tables = [experiment.model_dump(mode="json", exclude=set(_INDEPENDENT)) for experiment in (one, other)]
    first, second = (dict(_flat(table)) for table in tables)
    keys = sorted((first | second).keys() - {_PATH}, key=lambda key: key.removeprefix("train.") in CHANGEABLE)
    return {key: (first.get(key), second.get(key)) for key in keys if first.get(key) != second.get(key)}


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
