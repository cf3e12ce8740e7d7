"""A prepared run, executed: from its first step or last checkpoint to the files that record it."""

import shlex
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from convlab.errors import ConfigError, ConvlabError, DivergedError, in_one_line, message_of
from convlab.runs.environment import describe_environment
from convlab.runs.folder import RunFolder
from convlab.runs.result import Run
from convlab.runs.test_looks import record_look
from convlab.runs.trust.known_plugins import remember
from convlab.training.callbacks.callback import Callback, FailureState
from convlab.training.callbacks.explanation import Explanation
from convlab.training.callbacks.progress_bar import progress_display
from convlab.training.callbacks.trackers import Trackers
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.training.checkpoints import LAST
from convlab.training.preparation import Prepared


def execute(
    prepared: Prepared,
    folder: RunFolder,
    environment: Mapping[str, Any],
    *,
    start: float,
    progress: bool,
    explain: bool = False,
    callbacks: Iterable[Callback] = (),
    changed: Mapping[str, Any] | None = None,
) -> Run:
    """Train what was prepared, test it and save it.

    Args:
        prepared: the experiment.
        folder: the run's folder.
        environment: what is known about where the run started, including ``started``.
        start: when the call started, by ``time.perf_counter``.
        progress: whether to show progress on standard error.
        explain: whether to explain each stage there.
        callbacks: the caller's own.
        changed: to resume from the last checkpoint, the settings that differ from those the run has had.
    """
    from convlab.runs.saved_model import check_saved_model
    from convlab.training.trainer import Trainer

    trainer = Trainer(
        prepared,
        [
            _Recorder(prepared, folder, environment),
            *([progress_display(prepared)] if progress else ()),
            *([Explanation(prepared)] if explain else ()),
            *callbacks,
            Trackers(prepared.resolved.trackers),
        ],
        folder=folder.path,
        checkpoints=folder.checkpoints,
    )
    try:
        if changed is not None:
            trainer.restore(changed)
        outcome = trainer.train()
        folder.save_model(prepared.model)
        check_saved_model(folder.path / "model.keras", prepared)
        own_seconds = sum(outcome.timing.values()) - trainer.earlier_seconds
        result = Run(
            folder=folder.path,
            experiment=prepared.resolved.experiment,
            started=str(environment.get("started", "")),
            parameters=prepared.parameters,
            epochs=outcome.epochs,
            stop_reason=outcome.stop_reason,
            selected_epoch=outcome.selected_epoch,
            test=outcome.test,
            timing=outcome.timing | {"other": time.perf_counter() - start - own_seconds},
            resumed=[entry.model_dump() for entry in trainer.progress.resumed],
            model=prepared.model,
        )
        folder.write_summary(result.summary())
        if result.test:
            record_look(folder.path, prepared.resolved.experiment.dataset)
    except BaseException as error:
        trainer.callbacks.on_failure(*_failure(error))
        raise
    trainer.callbacks.on_train_end(result.summary())
    return result


class _Recorder(Callback):
    """Writes the run's environment and one line per epoch."""

    essential: ClassVar[bool] = True

    def __init__(self, prepared: Prepared, folder: RunFolder, environment: Mapping[str, Any]) -> None:
        self._prepared = prepared
        self._folder = folder
        self._environment = environment

    def on_train_begin(self, run: TrainingInfo) -> None:
        if run.resumed:
            self._folder.reopen(self._prepared.resolved.experiment.to_toml(), run.records)
        else:
            described = describe_environment(self._prepared, xla=run.xla)
            self._folder.write_environment({**self._environment, **described})
            self._folder.write_images(self._prepared.images)
            remember(part.provider for part in self._prepared.resolved.parts())

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:  # noqa: ARG002
        self._folder.append_epoch(dict(logs))


@contextmanager
def locked_run(folder: RunFolder) -> Iterator[None]:
    """Hold a run's folder in the block; if the run stops early, record why and say how to continue."""
    is_locked = False
    try:
        with folder.locked():
            is_locked = True
            try:
                yield
            except ConfigError:  # nothing has started
                raise
            except BaseException as error:
                folder.write_stopped(*_failure(error))
                raise
    except BaseException as error:
        if not folder.discard_if_empty() and is_locked and not isinstance(error, ConfigError):
            error.add_note(_how_to_continue(folder, error))
        raise


def _failure(error: BaseException) -> tuple[FailureState, str]:
    if isinstance(error, KeyboardInterrupt):
        why = message_of(error)  # the name of the signal, or why a trial was pruned
        return "interrupted", f"asked to stop ({why})" if why else "asked to stop"
    return "failed", message_of(error) if isinstance(error, ConvlabError) else in_one_line(error)


def _how_to_continue(folder: RunFolder, error: BaseException) -> str:
    if not (folder.checkpoints / LAST).exists():
        return f"the run so far, without a model, is in {folder.path}"
    command = f"convlab resume {shlex.quote(str(folder.path))}"
    if isinstance(error, DivergedError):
        command += " --learning-rate RATE"
    return f"the run so far is in {folder.path}; resume it with: {command}"
