"""A prepared run, from its first step or its last checkpoint to the files that keep it."""

import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from convlab.errors import ConfigError, ConvlabError, DivergedError
from convlab.runs.folder import RunFolder
from convlab.runs.result import Run
from convlab.training.callbacks.choice import reporter_for
from convlab.training.callbacks.tracked_run import State, TrackedRun
from convlab.training.callbacks.trackers import Trackers
from convlab.training.checkpoints import LAST
from convlab.training.preparation import Prepared
from convlab.training.progress import EpochRecord, Progress


def execute(
    prepared: Prepared,
    folder: RunFolder,
    environment: Mapping[str, Any],
    *,
    start: float,
    progress: bool,
    changed: Mapping[str, Any] | None = None,
) -> Run:
    """Train what was prepared, test it and keep it in its folder, and tell its trackers.

    Args:
        prepared: the experiment.
        folder: where the run is kept.
        environment: what is known of where the run began; ``started`` among it.
        start: when the call began, by ``time.perf_counter``.
        progress: whether to show bars or lines on standard error.
        changed: to go on from the folder's last checkpoint, the settings that are not those the run has had.
    """
    trackers = Trackers(prepared.resolved.trackers)
    try:
        result = _kept(
            prepared, folder, environment, trackers, start=start, progress=progress, changed=changed
        )
    except BaseException as error:
        trackers.stopped(*_early_end(error))
        raise
    trackers.finished(result.summary())
    return result


def _kept(
    prepared: Prepared,
    folder: RunFolder,
    environment: Mapping[str, Any],
    trackers: Trackers,
    *,
    start: float,
    progress: bool,
    changed: Mapping[str, Any] | None,
) -> Run:
    from convlab.runs.environment import describe_environment
    from convlab.runs.trust.known_plugins import remember
    from convlab.training.epoch_runner import EpochRunner
    from convlab.training.session import Session

    def keep(record: EpochRecord) -> None:
        folder.append_epoch(record)
        trackers.epoch_ended(record)

    reporter = reporter_for(progress=progress)
    try:
        reporter.started(prepared)
        runner = EpochRunner(prepared)
        session = Session(runner, reporter, keep=keep, checkpoints=folder.checkpoints)
        if changed is not None:
            session.restore(changed)
            reporter.resumed(session.progress.epoch, session.progress.step)
            folder.go_on(prepared.resolved.experiment.to_toml(), session.progress.records)
        else:
            folder.write_environment({**environment, **describe_environment(prepared, xla=runner.xla)})
            remember(part.provider for part in prepared.resolved.parts())
        trackers.start(_tracked(prepared, folder, session.progress, resumed=changed is not None))
        outcome = session.train()
    finally:
        reporter.closed()
    folder.save_model(prepared.model)
    own = sum(outcome.timing.values()) - session.earlier_seconds
    result = Run(
        folder=folder.path,
        experiment=prepared.resolved.experiment,
        started=str(environment.get("started", "")),
        parameters=prepared.parameters,
        epochs=outcome.epochs,
        stop_reason=outcome.stop_reason,
        selected_epoch=outcome.selected_epoch,
        test=outcome.test,
        timing=outcome.timing | {"other": time.perf_counter() - start - own},
        resumed=session.progress.resumed,
        model=prepared.model,
    )
    folder.write_summary(result.summary())
    return result


@contextmanager
def locked_run(folder: RunFolder) -> Iterator[None]:
    """Hold a run's folder while the block runs; where it ends early, keep why and say how to go on."""
    try:
        with folder.locked():
            try:
                yield
            except ConfigError:  # nothing has begun
                raise
            except BaseException as error:
                folder.write_stopped(*_early_end(error))
                raise
    except BaseException as error:
        if not folder.discard_if_empty() and not isinstance(error, ConfigError):
            error.add_note(_how_to_go_on(folder, error))
        raise


def _tracked(prepared: Prepared, folder: RunFolder, progress: Progress, *, resumed: bool) -> TrackedRun:
    return TrackedRun(
        folder=folder.path,
        name=folder.path.name,
        experiment=prepared.resolved.experiment.model_dump(mode="json", exclude_none=True),
        parameters=prepared.parameters,
        class_names=prepared.data.class_names,
        resumed=resumed,
        epoch=progress.epoch,
        records=progress.records,
    )


def _early_end(error: BaseException) -> tuple[State, str]:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", "asked to end"
    return "failed", str(error) if isinstance(error, ConvlabError) else f"{type(error).__name__}: {error}"


def _how_to_go_on(folder: RunFolder, error: BaseException) -> str:
    if not (folder.checkpoints / LAST).exists():
        return f"the run so far, without a model, is in {folder.path}"
    command = f"convlab resume {shlex.quote(str(folder.path))}"
    if isinstance(error, DivergedError):
        return f"the run so far is in {folder.path}; go on at a lower rate: {command} --learning-rate RATE"
    return f"the run so far is in {folder.path}; go on with it: {command}"
